/**
 * What owners may ask about their deliveries: what was tried, what is dead, and to have one sent
 * again. Another key's delivery is unknown.
 */
@NullMarked
package io.millrace.gateway.webhook.api;

import org.jspecify.annotations.NullMarked;
