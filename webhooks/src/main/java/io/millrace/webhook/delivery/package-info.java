/**
 * What is known of each delivery. The log of completions holds the messages themselves and, behind
 * each, a marker of how its delivery ended; Redis holds what must be fast: state, attempts, when
 * the next is due, and who is making it. Redis may be emptied: {@link
 * io.millrace.webhook.delivery.DeliveryRebuild} reads the log again and finds every message that
 * has no end yet.
 */
@NullMarked
package io.millrace.webhook.delivery;

import org.jspecify.annotations.NullMarked;
