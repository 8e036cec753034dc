package io.millrace.gateway.http;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.GatewaySettings.Limits;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/** Bounds what a connection may cost before it has brought a request, and after. */
@Component
final class WireLimits implements NettyServerCustomizer {

  private static final int LONGEST_LINE = 8192;

  private final Limits limits;
  private final boolean tls;

  WireLimits(GatewaySettings settings, ServerProperties server) {
    this.limits = settings.gateway();
    this.tls = Ssl.isEnabled(server.getSsl());
  }

  @Override
  public HttpServer apply(HttpServer server) {
    return withHttp2OnlyInTls(server)
        .maxConnections(limits.maxConnections())
        .httpRequestDecoder(
            decoder ->
                decoder
                    .maxInitialLineLength(LONGEST_LINE)
                    .maxHeaderSize((int) limits.maxHead().toBytes())
                    .allowDuplicateContentLengths(false)
                    .validateHeaders(true))
        .doOnChannelInit((observer, channel, address) -> guard(channel.pipeline()));
  }

  /** With TLS the two sides agree on HTTP/2; in clear it is one more way to be misread. */
  private HttpServer withHttp2OnlyInTls(HttpServer server) {
    return tls
        ? server.http2Settings(settings -> settings.maxHeaderListSize(limits.maxHead().toBytes()))
        : server.protocol(HttpProtocol.HTTP11).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  private void guard(ChannelPipeline pipeline) {
    pipeline.addFirst(
        "millrace.lingeringClose", new LingeringClose(2 * limits.maxBody().toBytes()));
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
          new StalledStreams(limits.idleTimeout()));
    }
  }

  /** HTTP/2 has none of the ambiguities that the rules are about. */
  private void guardHttp1(ChannelPipeline pipeline) {
    pipeline.addAfter(
        NettyPipeline.HttpCodec,
        "millrace.oneAtATime",
        new OneAtATime(2 * limits.maxBody().toBytes()));
    FoldedLines folds = new FoldedLines();
    pipeline.addBefore(NettyPipeline.HttpCodec, "millrace.foldedLines", folds);
    pipeline.addAfter(NettyPipeline.HttpCodec, "millrace.wireRules", new WireRules(limits, folds));
    pipeline.addBefore(NettyPipeline.HttpCodec, "millrace.writeTimeout", writeTimeout());
  }

  private WriteTimeoutHandler writeTimeout() {
    return new WriteTimeoutHandler(limits.idleTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }
}
