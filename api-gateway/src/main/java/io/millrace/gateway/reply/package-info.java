/**
 * How a caller gets its reply without a thread that waits: {@link
 * io.millrace.gateway.reply.ReplyChannel} hears what workers publish for this gateway, {@link
 * io.millrace.gateway.reply.ReplyAwaiter} knows which caller each reply is for. A message may be
 * lost, so the awaiter also asks Redis: at a slow beat, and whenever the channel was cut and is
 * back. What it hears and asks for is a small reply itself or where a large one is in the log, from
 * which {@link io.millrace.gateway.reply.Replies} reads it.
 */
@NullMarked
package io.millrace.gateway.reply;

import org.jspecify.annotations.NullMarked;
