package io.millrace.start;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

/**
 * Answers the probes on the management port while the role behind it cannot start yet: it lives and
 * is not ready. Without it a cluster would kill and start again, for as long as Kafka is away, what
 * only waits. Closed before the role's own server takes the port.
 */
public final class Lobby implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Lobby.class);
  private static final String LIVENESS = "/actuator/health/liveness";

  private final @Nullable HttpServer server;

  private Lobby(@Nullable HttpServer server) {
    this.server = server;
  }

  /**
   * Opens it where the role's management will be; nothing is opened, and probes find nobody, where
   * that has no fixed port, speaks TLS, or cannot be taken.
   */
  public static Lobby open(Environment environment) {
    int port = environment.getProperty("management.server.port", Integer.class, 0);
    boolean tls = environment.containsProperty("management.server.ssl.bundle");
    if (port <= 0 || tls) {
      return new Lobby(null);
    }
    String host = environment.getProperty("management.server.address", "127.0.0.1");
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
      server.createContext("/", Lobby::answer);
      server.start();
      return new Lobby(server);
    } catch (IOException e) {
      log.debug("Nobody answers the probes while waiting: {}", e.toString());
      return new Lobby(null);
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    boolean alive = exchange.getRequestURI().getPath().equals(LIVENESS);
    byte[] body =
        (alive ? "{\"status\":\"UP\"}" : "{\"status\":\"OUT_OF_SERVICE\"}")
            .getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("Connection", "close");
    exchange.sendResponseHeaders(alive ? 200 : 503, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop(0);
    }
  }
}
