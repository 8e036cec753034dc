/**
 * Receivers of webhooks as they are found in the world, for tests: good ones and all the others.
 */
@NullMarked
package io.millrace.gateway.webhook.receiver;

import org.jspecify.annotations.NullMarked;
