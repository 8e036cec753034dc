/**
 * Sends webhooks. {@link io.millrace.webhook.dispatch.CompletionTaker} takes the ends of jobs from
 * the log and has each written down as a delivery before it lets go of the record; {@link
 * io.millrace.webhook.dispatch.DueClaimer} takes up deliveries whose next attempt is due, or whose
 * gateway fell silent. Both hand them to {@link io.millrace.webhook.dispatch.WebhookDispatcher},
 * which makes one attempt and writes down what came of it. {@link
 * io.millrace.webhook.dispatch.ReceiverLimits} keeps receivers apart: no thread ever waits for one,
 * and a hanging one takes up nothing that is another's.
 */
@NullMarked
package io.millrace.webhook.dispatch;

import org.jspecify.annotations.NullMarked;
