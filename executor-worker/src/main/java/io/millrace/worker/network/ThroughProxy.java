package io.millrace.worker.network;

import io.millrace.outbound.Destination;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks the operator's proxy for a tunnel, once; then it is out of the way. */
final class ThroughProxy extends ChannelInboundHandlerAdapter {

  private static final int OK = 200;

  private final Destination to;
  private final Consumer<@Nullable Refusal> then;
  private boolean answered;

  private ThroughProxy(Destination to, Consumer<@Nullable Refusal> then) {
    this.to = to;
    this.then = then;
  }

  /** {@code then} is called once: with nothing when the tunnel stands, or with why it does not. */
  static void ask(
      Channel proxy, Destination to, UpstreamProxy upstream, Consumer<@Nullable Refusal> then) {
    HttpRequest connect =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.CONNECT, to.toString());
    connect.headers().set(HttpHeaderNames.HOST, to.toString());
    if (upstream.authorization() != null) {
      connect.headers().set(HttpHeaderNames.PROXY_AUTHORIZATION, upstream.authorization());
    }
    proxy.pipeline().addLast(new HttpClientCodec(), new ThroughProxy(to, then));
    proxy.writeAndFlush(connect);
    proxy.config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (answered) {
      context.fireChannelRead(message); // the tunnel's first bytes
      return;
    }
    if (message instanceof HttpResponse response) {
      answered = true;
      boolean good = !response.decoderResult().isFailure() && response.status().code() == OK;
      if (good) {
        context.channel().config().setAutoRead(false);
        then.accept(null);
        context.pipeline().remove(HttpClientCodec.class);
        context.pipeline().remove(this);
      } else {
        then.accept(Refusal.ofProxy(to, response.status().code()));
      }
    }
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!answered) {
      answered = true;
      then.accept(Refusal.notThere(to));
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
