package io.millrace.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Tells a sender that has closed its side and waits from one that has gone: to both the wire looks
 * the same, until something is sent. So one that waits for longer than a second is sent interim
 * answers (100, which every client of HTTP/1.1 passes over): where nobody is, the first is answered
 * by a reset, and the second fails. One connection's; used on its event loop only.
 */
final class Vanished {

  private static final byte[] INTERIM =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final long[] AFTER_MILLIS = {1000, 500};

  /** Some clients take a few interim answers and no more. */
  private static final long LATER_MILLIS = 60_000;

  private @Nullable Future<?> next;

  /** Looks until the answer has begun, which will show it too. */
  void lookFor(ChannelHandlerContext ctx, BooleanSupplier answerBegun) {
    look(ctx, answerBegun, 0);
  }

  private void look(ChannelHandlerContext ctx, BooleanSupplier answerBegun, int looks) {
    long wait = looks < AFTER_MILLIS.length ? AFTER_MILLIS[looks] : LATER_MILLIS;
    next =
        ctx.executor()
            .schedule(
                () -> {
                  if (!answerBegun.getAsBoolean() && ctx.channel().isActive()) {
                    // Past the codec, which would take it for the answer.
                    ctx.pipeline()
                        .context(NettyPipeline.HttpCodec)
                        .writeAndFlush(Unpooled.wrappedBuffer(INTERIM));
                    look(ctx, answerBegun, looks + 1);
                  }
                },
                wait,
                TimeUnit.MILLISECONDS);
  }

  /** Nobody is looked for any more. */
  void end() {
    if (next != null) {
      next.cancel(false);
      next = null;
    }
  }
}
