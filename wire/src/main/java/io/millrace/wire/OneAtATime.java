package io.millrace.wire;

import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import reactor.netty.channel.ChannelOperations;

/**
 * Holds a pipelined request back until the answer to the one before it has left. The server behind
 * would end the connection after the first answer when the last request asks for that: its {@code
 * HttpTrafficHandler} keeps one {@code persistentConnection} for all that it has read. One
 * connection's; used on its event loop only.
 *
 * @see <a href="https://github.com/reactor/reactor-netty/issues/165">where pipelining is asked for
 *     in Reactor Netty</a>
 */
final class OneAtATime extends ChannelDuplexHandler {

  private static final int MOST_MESSAGES = 4096;

  private final long mostBytes;
  private final Deque<Object> heldBack = new ArrayDeque<>();
  private long heldBytes;
  private boolean answering;
  private boolean informational;

  OneAtATime(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (heldBack.isEmpty() && !(answering && message instanceof HttpRequest)) {
      pass(ctx, message);
      return;
    }
    heldBytes += message instanceof ByteBufHolder holder ? holder.content().readableBytes() : 0;
    heldBack.add(message);
    if (heldBytes > mostBytes || heldBack.size() > MOST_MESSAGES) {
      ctx.close();
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response) {
      informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }
    if (!(message instanceof LastHttpContent) || informational) {
      ctx.write(message, promise);
      return;
    }
    ChannelPromise written = promise.unvoid();
    written.addListener(done -> ctx.executor().execute(() -> answered(ctx)));
    ctx.write(message, written);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    heldBack.forEach(ReferenceCountUtil::release);
    heldBack.clear();
  }

  /**
   * The server behind ends a request a few turns after its answer; the next must not come before.
   */
  private void answered(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive() && ChannelOperations.get(ctx.channel()) != null) {
      ctx.executor().execute(() -> answered(ctx));
      return;
    }
    answering = false;
    while (!heldBack.isEmpty() && !(answering && heldBack.peek() instanceof HttpRequest)) {
      pass(ctx, heldBack.remove());
      if (heldBack.isEmpty()) {
        heldBytes = 0;
        ctx.fireChannelReadComplete();
      }
    }
  }

  private void pass(ChannelHandlerContext ctx, Object message) {
    answering |= message instanceof HttpRequest;
    ctx.fireChannelRead(message);
  }
}
