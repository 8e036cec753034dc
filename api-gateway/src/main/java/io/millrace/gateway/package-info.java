/**
 * A request's way from HTTP to its reply, a class a step: {@code auth.ApiKeyFilter} finds out who
 * asks, {@code request.RequestBodyReader} takes the body in, {@code request.RequestValidator} makes
 * an {@link io.millrace.job.ExecutionRequest} of it, {@code webhook.WebhookUrlPolicy} looks at its
 * webhook, {@code submit.Reception} has it let in and enqueued by {@code submit.JobSubmitter}, and
 * {@code reply.ReplyAwaiter} waits for what a worker records. Whatever says no on the way does so
 * by {@code error.ApiErrors}.
 *
 * <p>Each check comes before the next one costs anything. Checks run on Netty's event loops; what
 * blocks (Redis, the producer) runs on one bounded scheduler. No thread waits for a reply.
 */
@NullMarked
package io.millrace.gateway;

import org.jspecify.annotations.NullMarked;
