/**
 * What the gateway has to do with webhooks: {@link io.millrace.gateway.webhook.WebhookUrlPolicy}
 * says at submit time whether a URL is taken, and owners ask for their deliveries and send them
 * again in {@link io.millrace.gateway.webhook.api}. The deliveries themselves are {@link
 * io.millrace.webhook}'s.
 */
@NullMarked
package io.millrace.gateway.webhook;

import org.jspecify.annotations.NullMarked;
