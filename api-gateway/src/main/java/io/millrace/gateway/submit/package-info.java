/**
 * The endpoint itself: {@link io.millrace.gateway.submit.Reception} is the whole way of a request
 * on one page. {@link io.millrace.gateway.submit.JobSubmitter} makes a job durable or tells no, and
 * never anything in between; {@link io.millrace.gateway.submit.WaitFor} is how long its caller
 * wants to wait for the reply.
 */
@NullMarked
package io.millrace.gateway.submit;

import org.jspecify.annotations.NullMarked;
