package io.millrace.gateway.http;

import io.millrace.gateway.GatewaySettings.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;

/**
 * Stands behind the HTTP/1 codec: refuses unfit heads, and ends connections that bring no whole
 * head in time. One connection's; used on its event loop only.
 */
final class WireRules extends ChannelDuplexHandler {

  private final Limits limits;
  private final RequestDeadline deadline = new RequestDeadline();
  private int unanswered;
  private boolean informational;
  private boolean refused;

  WireRules(Limits limits) {
    this.limits = limits;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    deadline.begin(ctx, limits.headTimeout());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    deadline.end();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.end();
    ctx.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest request) {
      deadline.end();
      Optional<HttpResponseStatus> flaw = HeadRules.flaw(request);
      if (flaw.isPresent()) {
        refuse(ctx, request, flaw.get());
        return;
      }
      unanswered++;
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response) {
      informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }
    if (message instanceof LastHttpContent && !informational && --unanswered == 0) {
      deadline.begin(ctx, limits.idleTimeout());
    }
    ctx.write(message, promise);
  }

  /** Answers, unless an earlier request on this connection is still owed its own answer. */
  private void refuse(ChannelHandlerContext ctx, HttpRequest request, HttpResponseStatus status) {
    refused = true;
    ReferenceCountUtil.release(request);
    if (unanswered > 0) {
      ctx.close();
      return;
    }
    ctx.writeAndFlush(answer(status)).addListener(written -> ctx.close());
  }

  private static FullHttpResponse answer(HttpResponseStatus status) {
    ByteBuf body = Unpooled.wrappedBuffer(MalformedRequest.body(status));
    FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return answer;
  }
}
