package io.millrace.observability;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Where traces (OTLP over HTTP) and webhooks arrive, on loopback. Thread-safe. */
final class Receiver implements AutoCloseable {

  /** A webhook's body, and the trace context in its head. */
  record Hook(String body, @Nullable String traceparent) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final List<ReceivedSpan> spans = new CopyOnWriteArrayList<>();
  private final List<Hook> hooks = new CopyOnWriteArrayList<>();

  private Receiver(HttpServer server) {
    this.server = server;
  }

  static Receiver start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      Receiver receiver = new Receiver(server);
      server.setExecutor(receiver.threads);
      server.createContext("/v1/traces", receiver::takeSpans);
      server.createContext("/hook", receiver::takeHook);
      server.start();
      return receiver;
    } catch (IOException e) {
      throw new UncheckedIOException("no receiver", e);
    }
  }

  String tracesUrl() {
    return url("/v1/traces");
  }

  String hookUrl() {
    return url("/hook");
  }

  List<ReceivedSpan> spans() {
    return spans;
  }

  List<ReceivedSpan> spansOf(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  List<Hook> hooks() {
    return hooks;
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void takeSpans(HttpExchange exchange) throws IOException {
    try (exchange) {
      for (ResourceSpans role :
          ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()).getResourceSpansList()) {
        spans.addAll(ReceivedSpan.of(role));
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void takeHook(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      hooks.add(new Hook(body, exchange.getRequestHeaders().getFirst("traceparent")));
      exchange.sendResponseHeaders(204, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
