/**
 * How a caller gets its reply without a thread that waits: {@link
 * io.millrace.gateway.reply.ReplyChannel} hears what workers publish for this gateway, {@link
 * io.millrace.gateway.reply.ReplyAwaiter} knows which caller each reply is for. A message may be
 * lost, so the awaiter also asks Redis: at a slow beat, and whenever the channel was cut and is
 * back.
 */
@NullMarked
package io.millrace.gateway.reply;

import org.jspecify.annotations.NullMarked;
