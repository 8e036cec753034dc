/**
 * One trace for each job, from the request to the webhook. The context travels as a W3C {@code
 * traceparent}: in the request's head, in the job's record, in its completion, in the webhook's
 * head. Every step begins its span under the one it was handed, in whatever process it is.
 *
 * <p>Off unless there is an address to send traces to, and then nothing of tracing is loaded: see
 * {@link io.millrace.trace.TracingSwitch}.
 */
@NullMarked
package io.millrace.trace;

import org.jspecify.annotations.NullMarked;
