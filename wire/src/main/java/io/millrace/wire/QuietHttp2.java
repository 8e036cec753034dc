package io.millrace.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Ends an HTTP/2 connection that brings no whole head in time, or has had no request for a while;
 * one whose caller waits for a reply stays. One connection's; used on its event loop only.
 */
final class QuietHttp2 extends Http2ConnectionAdapter {

  private final Http2FrameCodec codec;
  private final ChannelHandlerContext ctx;
  private final WireLimits limits;
  private final RequestDeadline deadline = new RequestDeadline();

  private QuietHttp2(Http2FrameCodec codec, ChannelHandlerContext ctx, WireLimits limits) {
    this.codec = codec;
    this.ctx = ctx;
    this.limits = limits;
  }

  static void install(Http2FrameCodec codec, ChannelHandlerContext ctx, WireLimits limits) {
    QuietHttp2 quiet = new QuietHttp2(codec, ctx, limits);
    quiet.deadline.begin(ctx, limits.headTime());
    codec.connection().addListener(quiet);
    ctx.channel().closeFuture().addListener(closed -> quiet.deadline.end());
  }

  @Override
  public void onStreamActive(Http2Stream stream) {
    deadline.end();
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    if (codec.connection().numActiveStreams() == 0) {
      deadline.begin(ctx, limits.idleTime());
    }
  }
}
