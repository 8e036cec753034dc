package io.millrace.wire;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection in two steps. Closing a socket that still has unread bytes resets it, and the
 * reset can overtake the answer that says why: so the answer is ended first, and what the sender
 * still sends is thrown away, until it says nothing for a second or has had ten. One connection's;
 * used on its event loop only.
 */
final class LingeringClose extends ChannelDuplexHandler {

  private static final int LONGEST_SECONDS = 10;

  private @Nullable ChannelPromise closing;
  private boolean heard;

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (closing != null
        || !ctx.channel().isActive()
        || !(ctx.channel() instanceof DuplexChannel duplex)
        || duplex.isInputShutdown()) {
      ctx.close(promise);
      return;
    }
    closing = promise;
    ctx.channel().config().setAutoRead(true);
    duplex.shutdownOutput();
    linger(ctx, promise, LONGEST_SECONDS);
  }

  private void linger(ChannelHandlerContext ctx, ChannelPromise promise, int seconds) {
    heard = false;
    ctx.executor()
        .schedule(
            () -> {
              if (heard && seconds > 1) {
                linger(ctx, promise, seconds - 1);
              } else {
                ctx.close(promise);
              }
            },
            1,
            TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closing == null) {
      ctx.fireChannelRead(message);
      return;
    }
    heard = true;
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (closing != null && event instanceof ChannelInputShutdownEvent) {
      ctx.close(closing);
      return;
    }
    ctx.fireUserEventTriggered(event);
  }
}
