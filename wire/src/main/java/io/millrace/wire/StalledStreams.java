package io.millrace.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives up a stream of HTTP/2 whose other side makes no room for its reply; the others of the
 * connection go on. One connection's; used on its event loop only.
 */
final class StalledStreams extends ChannelOutboundHandlerAdapter {

  private final Duration limit;

  StalledStreams(Duration limit) {
    this.limit = limit;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof Http2DataFrame data)) {
      ctx.write(message, promise);
      return;
    }
    Http2FrameStream stream = data.stream();
    ChannelPromise written = promise.unvoid();
    ctx.write(message, written);
    if (!written.isDone()) {
      Future<?> alarm =
          ctx.executor()
              .schedule(() -> reset(ctx, stream), limit.toMillis(), TimeUnit.MILLISECONDS);
      written.addListener(done -> alarm.cancel(false));
    }
  }

  private static void reset(ChannelHandlerContext ctx, Http2FrameStream stream) {
    ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(stream));
  }
}
