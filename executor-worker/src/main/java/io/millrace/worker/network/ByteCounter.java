package io.millrace.worker.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/** First behind a host's socket: counts its bytes, and closes it at the job's limit. */
final class ByteCounter extends ChannelDuplexHandler {

  private final JobNetwork.Use use;

  ByteCounter(JobNetwork.Use use) {
    this.use = use;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes && !use.received(bytes.readableBytes())) {
      ReferenceCountUtil.release(message);
      context.close();
    } else {
      context.fireChannelRead(message);
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes && !use.sent(bytes.readableBytes())) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new IOException("the job has sent and received all that it may"));
      context.close();
    } else {
      context.write(message, promise);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    use.over();
    context.fireChannelInactive();
  }
}
