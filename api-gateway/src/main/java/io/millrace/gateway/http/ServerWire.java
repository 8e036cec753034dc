package io.millrace.gateway.http;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.GatewaySettings.Limits;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.wire.Wire;
import io.millrace.wire.WireLimits;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.stereotype.Component;
import reactor.netty.http.server.HttpServer;

/** Bounds the server's connections by the gateway's settings. */
@Component
final class ServerWire implements NettyServerCustomizer {

  private final Wire wire;

  ServerWire(GatewaySettings settings, ServerProperties server) {
    Limits limits = settings.gateway();
    this.wire =
        new Wire(
            new WireLimits(
                limits.maxConnections(),
                (int) limits.maxHead().toBytes(),
                limits.maxBody().toBytes(),
                limits.headTimeout(),
                limits.idleTimeout()),
            Ssl.isEnabled(server.getSsl()),
            ServerWire::refusal);
  }

  @Override
  public HttpServer apply(HttpServer server) {
    return wire.under(server);
  }

  private static byte[] refusal(HttpResponseStatus status) {
    return ApiErrors.body(ApiError.http(status.code(), status.reasonPhrase()));
  }
}
