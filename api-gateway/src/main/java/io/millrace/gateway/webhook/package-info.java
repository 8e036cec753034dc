/**
 * Webhooks: a job's reply, posted to the URL that its request named.
 *
 * <p>At submit time {@link io.millrace.gateway.webhook.WebhookUrlPolicy} says whether the URL is
 * taken. When the job has ended, its worker writes the reply to the log of completions; from there
 * {@link io.millrace.gateway.webhook.dispatch} sends it, any gateway's, as often as it takes, and
 * {@link io.millrace.gateway.webhook.delivery} keeps what is known of it. {@link
 * io.millrace.outbound} decides to which addresses a socket may be opened, {@link
 * io.millrace.gateway.webhook.sign} how a receiver knows the sender. Owners ask for their
 * deliveries and send them again in {@link io.millrace.gateway.webhook.api}.
 */
@NullMarked
package io.millrace.gateway.webhook;

import org.jspecify.annotations.NullMarked;
