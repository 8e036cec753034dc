/**
 * Webhooks: a job's reply, posted to the URL that its request named.
 *
 * <p>When a job has ended, its worker writes the reply to the log of completions; from there {@link
 * io.millrace.webhook.dispatch} sends it, any gateway's, as often as it takes, and {@link
 * io.millrace.webhook.delivery} keeps what is known of it. {@link io.millrace.outbound} decides to
 * which addresses a socket may be opened, {@link io.millrace.webhook.sign} how a receiver knows the
 * sender.
 */
@NullMarked
package io.millrace.webhook;

import org.jspecify.annotations.NullMarked;
