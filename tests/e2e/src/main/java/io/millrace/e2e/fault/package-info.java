/**
 * The means to break things, and to look at what a fault left behind: {@link
 * io.millrace.e2e.fault.FaultProxy} between two processes, {@link io.millrace.e2e.fault.Resp} and
 * {@link io.millrace.e2e.fault.Log} beside the users of Redis and Kafka, {@link
 * io.millrace.e2e.fault.Leftovers} at the end. Nothing of a job's journey goes through here.
 */
@NullMarked
package io.millrace.e2e.fault;

import org.jspecify.annotations.NullMarked;
