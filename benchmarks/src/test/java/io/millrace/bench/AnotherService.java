package io.millrace.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A service that isn't ours, with its own route, header and body. */
final class AnotherService implements AutoCloseable {

  final Queue<String> bodies = new ConcurrentLinkedQueue<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** What it does with a request. */
  interface Behaviour {
    void answer(HttpExchange exchange, String body) throws IOException;
  }

  AnotherService(Behaviour behaviour) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/run",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          bodies.add(exchange.getRequestHeaders().getFirst("Token") + " " + body);
          behaviour.answer(exchange, body);
        });
    server.start();
  }

  static void say(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/run");
  }

  Endpoint endpoint() {
    return new Endpoint(url(), List.of("Token: t"), "{\"source\": ${code}}");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
