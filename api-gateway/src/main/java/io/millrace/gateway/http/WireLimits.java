package io.millrace.gateway.http;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.GatewaySettings.Limits;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/** Bounds what a connection may cost before it has brought a request, and after. */
@Component
final class WireLimits implements NettyServerCustomizer {

  private static final int MOST_PIPELINED = 16;
  private static final int LONGEST_LINE = 8192;

  private final Limits limits;

  WireLimits(GatewaySettings settings) {
    this.limits = settings.gateway();
  }

  @Override
  public HttpServer apply(HttpServer server) {
    return server
        .maxConnections(limits.maxConnections())
        .maxPipelineDepth(MOST_PIPELINED)
        .httpRequestDecoder(
            decoder ->
                decoder
                    .maxInitialLineLength(LONGEST_LINE)
                    .maxHeaderSize((int) limits.maxHead().toBytes())
                    .allowDuplicateContentLengths(false)
                    .validateHeaders(true))
        .doOnChannelInit((observer, channel, address) -> lingerAtTheEnd(channel.pipeline()))
        .doOnConnection(this::watch);
  }

  private void lingerAtTheEnd(ChannelPipeline pipeline) {
    pipeline.addFirst(
        "millrace.lingeringClose", new LingeringClose(2 * limits.maxBody().toBytes()));
  }

  /** A stream of HTTP/2 has no such codec, and none of the ambiguities that the rules are about. */
  private void watch(Connection connection) {
    ChannelPipeline pipeline = connection.channel().pipeline();
    if (pipeline.get(NettyPipeline.HttpCodec) != null) {
      pipeline.addAfter(NettyPipeline.HttpCodec, "millrace.wireRules", new WireRules(limits));
      pipeline.addBefore(
          NettyPipeline.HttpCodec,
          "millrace.writeTimeout",
          new WriteTimeoutHandler(limits.idleTimeout().toMillis(), TimeUnit.MILLISECONDS));
    }
  }
}
