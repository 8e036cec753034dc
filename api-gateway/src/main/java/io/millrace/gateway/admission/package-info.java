/**
 * Whether a job is let in: the gate in Redis counts for all gateways at once, {@link
 * io.millrace.gateway.admission.Refusals} puts its no into words; {@link
 * io.millrace.gateway.admission.RetryAfter} says when it is worth asking again; {@link
 * io.millrace.gateway.admission.RateLimits} tells every caller how much room there is.
 */
@NullMarked
package io.millrace.gateway.admission;

import org.jspecify.annotations.NullMarked;
