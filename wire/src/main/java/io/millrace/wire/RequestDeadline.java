package io.millrace.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time until a connection must have brought its next whole request head, however steadily it
 * drips. One connection's; used on its event loop only.
 */
final class RequestDeadline {

  private @Nullable Future<?> alarm;

  /** Counts from now. */
  void begin(ChannelHandlerContext ctx, Duration limit) {
    end();
    alarm = ctx.executor().schedule(() -> ctx.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The head is there, or the connection is gone. */
  void end() {
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
  }
}
