/** What is written down of deliveries. */
@NullMarked
package io.millrace.gateway.webhook.delivery;

import org.jspecify.annotations.NullMarked;
