/**
 * How a receiver knows that a webhook is ours and is new: the Standard Webhooks signature, HMAC
 * SHA-256 over the message's id, the attempt's time and the body. Several secrets may be live at
 * once, for rotation; an owner may have secrets of its own.
 */
@NullMarked
package io.millrace.webhook.sign;

import org.jspecify.annotations.NullMarked;
