/**
 * How a request is told no. {@link io.millrace.gateway.error.ApiError} is the table of all reasons
 * that come without a job, {@link io.millrace.gateway.error.ApiErrors} the one place that puts them
 * on the wire and counts them, and {@link io.millrace.gateway.error.Checked} how a step hands one
 * on without throwing it.
 */
@NullMarked
package io.millrace.gateway.error;

import org.jspecify.annotations.NullMarked;
