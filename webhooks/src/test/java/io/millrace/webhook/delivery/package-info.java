/** What is written down of deliveries. */
@NullMarked
package io.millrace.webhook.delivery;

import org.jspecify.annotations.NullMarked;
