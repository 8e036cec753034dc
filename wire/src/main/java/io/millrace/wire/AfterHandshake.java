package io.millrace.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Runs once the protocol has been negotiated, which is when its codec is there. */
final class AfterHandshake extends ChannelInboundHandlerAdapter {

  private final Runnable action;

  AfterHandshake(Runnable action) {
    this.action = action;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ctx.fireUserEventTriggered(event);
    if (event instanceof SslHandshakeCompletionEvent done) {
      ctx.pipeline().remove(this);
      if (done.isSuccess()) {
        action.run();
      }
    }
  }
}
