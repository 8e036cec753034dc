package io.millrace.gateway.http;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.GatewaySettings.Limits;
import io.netty.channel.ChannelPipeline;
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
    return withoutCleartextHttp2(server)
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
  private HttpServer withoutCleartextHttp2(HttpServer server) {
    return tls ? server : server.protocol(HttpProtocol.HTTP11);
  }

  private void guard(ChannelPipeline pipeline) {
    pipeline.addFirst(
        "millrace.lingeringClose", new LingeringClose(2 * limits.maxBody().toBytes()));
    if (!installRules(pipeline) && pipeline.get(NettyPipeline.SslHandler) != null) {
      pipeline.addAfter(
          NettyPipeline.SslHandler,
          "millrace.afterHandshake",
          new AfterHandshake(() -> installRules(pipeline)));
    }
  }

  /** HTTP/2 has no such codec, and none of the ambiguities that the rules are about. */
  private boolean installRules(ChannelPipeline pipeline) {
    if (pipeline.get(NettyPipeline.HttpCodec) == null) {
      return false;
    }
    pipeline.addAfter(
        NettyPipeline.HttpCodec,
        "millrace.oneAtATime",
        new OneAtATime(2 * limits.maxBody().toBytes()));
    pipeline.addAfter(NettyPipeline.HttpCodec, "millrace.wireRules", new WireRules(limits));
    pipeline.addBefore(
        NettyPipeline.HttpCodec,
        "millrace.writeTimeout",
        new WriteTimeoutHandler(limits.idleTimeout().toMillis(), TimeUnit.MILLISECONDS));
    return true;
  }
}
