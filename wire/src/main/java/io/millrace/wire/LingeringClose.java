package io.millrace.wire;

import io.netty.buffer.ByteBuf;
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
 * still sends is thrown away, for a bounded time and number of bytes. One connection's; used on its
 * event loop only.
 */
final class LingeringClose extends ChannelDuplexHandler {

  private static final long LINGER_MILLIS = 1000;

  private final long mostBytes;
  private long thrownAway;
  private @Nullable ChannelPromise closing;

  LingeringClose(long mostBytes) {
    this.mostBytes = mostBytes;
  }

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
    ctx.executor().schedule(() -> ctx.close(promise), LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closing == null) {
      ctx.fireChannelRead(message);
      return;
    }
    thrownAway += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
    ReferenceCountUtil.release(message);
    if (thrownAway > mostBytes) {
      ctx.close(closing);
    }
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
