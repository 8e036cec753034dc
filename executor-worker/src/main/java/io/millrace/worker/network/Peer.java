package io.millrace.worker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * Passes on what its channel reads to another one, as fast as that takes it and the job may. The
 * end of a host's output is passed on; the end of a channel is the end of the other. A job's
 * half-closed connection is closed: Netty knows no halves of a unix socket.
 */
class Peer extends ChannelInboundHandlerAdapter {

  private static final int MUCH = 32 * 1024;

  private final Channel other;
  private final JobNetwork job;

  Peer(Channel other, JobNetwork job) {
    this.other = other;
    this.job = job;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    boolean much = size(message) >= MUCH;
    other.write(message);
    if (much || !other.isWritable()) {
      passOn(context); // now, while it is in the cpu's cache; small pieces go together
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    passOn(context);
  }

  private static int size(Object message) {
    return message instanceof ByteBuf bytes
        ? bytes.readableBytes()
        : message instanceof ByteBufHolder holder ? holder.content().readableBytes() : 0;
  }

  private void passOn(ChannelHandlerContext context) {
    other.flush();
    read(context.channel(), other, job);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      read(other, context.channel(), job);
    }
    context.fireChannelWritabilityChanged();
  }

  /** Reads on, now or as soon as the job may; what its target does not take calls this again. */
  static void read(Channel source, Channel target, JobNetwork job) {
    long nanos = job.nanosToWait();
    source.config().setAutoRead(nanos == 0 && target.isWritable());
    if (nanos > 0 && source.isOpen()) {
      source.eventLoop().schedule(() -> read(source, target, job), nanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && other instanceof DuplexChannel duplex) {
      other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> duplex.shutdownOutput());
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closeOnceWritten(other);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  static void closeOnceWritten(Channel channel) {
    if (channel.isActive()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
