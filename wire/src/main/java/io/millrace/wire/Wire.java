package io.millrace.wire;

import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/**
 * Bounds what a connection may cost before it has brought a request, and after. Immutable, for any
 * number of connections.
 */
public final class Wire {

  private static final int LONGEST_LINE = 8192;

  private final WireLimits limits;
  private final boolean tls;
  private final Function<HttpResponseStatus, byte[]> refusal;

  /**
   * @param tls whether the server speaks TLS
   * @param refusal the JSON that is sent to whoever sent what is no request
   */
  public Wire(WireLimits limits, boolean tls, Function<HttpResponseStatus, byte[]> refusal) {
    this.limits = limits;
    this.tls = tls;
    this.refusal = refusal;
  }

  /** The same server with these limits. */
  public HttpServer under(HttpServer server) {
    return withHttp2OnlyInTls(server)
        .maxConnections(limits.connections())
        .httpRequestDecoder(
            decoder ->
                decoder
                    .maxInitialLineLength(LONGEST_LINE)
                    .maxHeaderSize(limits.headBytes())
                    .allowDuplicateContentLengths(false)
                    .validateHeaders(true))
        .doOnChannelInit((observer, channel, address) -> guard(channel.pipeline()));
  }

  /** With TLS the two sides agree on HTTP/2; in clear it is one more way to be misread. */
  private HttpServer withHttp2OnlyInTls(HttpServer server) {
    return tls
        ? server.http2Settings(settings -> settings.maxHeaderListSize(limits.headBytes()))
        : server.protocol(HttpProtocol.HTTP11).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  private void guard(ChannelPipeline pipeline) {
    pipeline.addFirst("millrace.lingeringClose", new LingeringClose());
    if (tls) {
      pipeline.addAfter(
          NettyPipeline.SslHandler,
          "millrace.afterHandshake",
          new AfterHandshake(() -> guardNegotiated(pipeline)));
    } else {
      guardHttp1(pipeline);
    }
  }

  private void guardNegotiated(ChannelPipeline pipeline) {
    Http2FrameCodec http2 = pipeline.get(Http2FrameCodec.class);
    if (http2 == null) {
      guardHttp1(pipeline);
    } else {
      QuietHttp2.install(http2, pipeline.context(http2), limits);
      pipeline.addAfter(
          NettyPipeline.HttpCodec,
          "millrace.stalledStreams",
          new StalledStreams(limits.idleTime()));
    }
  }

  /** HTTP/2 has none of the ambiguities that the rules are about. */
  private void guardHttp1(ChannelPipeline pipeline) {
    pipeline.addAfter(
        NettyPipeline.HttpCodec, "millrace.oneAtATime", new OneAtATime(2 * limits.bodyBytes()));
    FoldedLines folds = new FoldedLines();
    pipeline.addBefore(NettyPipeline.HttpCodec, "millrace.foldedLines", folds);
    pipeline.addAfter(
        NettyPipeline.HttpCodec, "millrace.wireRules", new WireRules(limits, folds, refusal));
    pipeline.addBefore(NettyPipeline.HttpCodec, "millrace.writeTimeout", writeTimeout());
  }

  private WriteTimeoutHandler writeTimeout() {
    return new WriteTimeoutHandler(limits.idleTime().toMillis(), TimeUnit.MILLISECONDS);
  }
}
