/**
 * A job after its request: {@link io.millrace.gateway.job.JobController} shows it to the key that
 * sent it, waits for its end when asked, and cancels it. To all other keys it does not exist.
 */
@NullMarked
package io.millrace.gateway.job;

import org.jspecify.annotations.NullMarked;
