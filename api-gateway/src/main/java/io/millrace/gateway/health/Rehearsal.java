package io.millrace.gateway.health;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.auth.ApiKeys;
import io.millrace.job.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Has this gateway refuse some hundreds of requests before it is ready, over its own port, by a key
 * that nobody else has and that may have no job: the first burst of callers is refused by code that
 * has run by then, in a tenth of the time. It asks Redis as a caller's request does, writes nothing
 * there, and is not counted. Where this port speaks TLS itself it comes to nothing.
 */
@Component
final class Rehearsal {

  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  /** Callers at once. */
  private static final int WAVE = 50;

  /** On a machine that is busy, to be ready comes first. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private static final int PATIENCE_MILLIS = 2000;

  private static final String NOT_SAMPLED =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

  private static final String PORT = "local.server.port";

  private final ApiKeys keys;
  private final Environment environment;
  private final MeterRegistry meters;
  private final int requests;

  Rehearsal(ApiKeys keys, Environment environment, MeterRegistry meters, GatewaySettings settings) {
    this.keys = keys;
    this.environment = environment;
    this.meters = meters;
    this.requests = settings.gateway().rehearsal();
  }

  /** Whether the port is open by which it comes; a look at the stores may be sooner. */
  boolean canBegin() {
    return requests == 0 || environment.containsProperty(PORT);
  }

  /** Returns when it is over, or can go no further; blocks for some seconds at most. */
  void run() {
    if (requests == 0) {
      return;
    }
    byte[] request = request(keys.lend());
    long end = System.nanoTime() + LONGEST.toNanos();
    try {
      for (int sent = 0; sent < requests && System.nanoTime() - end < 0; sent += WAVE) {
        beRefused(request, Math.min(WAVE, requests - sent));
      }
    } catch (IOException e) {
      log.info("Ready without a rehearsal; the first callers wait longer: {}", e.toString());
    } finally {
      keys.takeBack();
      forget();
    }
  }

  private void beRefused(byte[] request, int callers) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < callers; i++) {
        Socket socket = new Socket(address(), port());
        sockets.add(socket);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write(request);
      }
      for (Socket socket : sockets) {
        String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
        if (!answer.startsWith("HTTP/1.1 429 ")) {
          throw new IOException("not refused, but " + answer.lines().findFirst().orElse("nothing"));
        }
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private InetAddress address() throws IOException {
    InetAddress own = InetAddress.getByName(environment.getRequiredProperty("server.address"));
    return own.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : own;
  }

  private int port() {
    return environment.getRequiredProperty(PORT, Integer.class);
  }

  private static byte[] request(String key) {
    String body = "{\"code\": \"print('a rehearsal')\", \"timeout\": 10, \"id\": \"rehearsal\"}";
    return String.join(
            "\r\n",
            "POST " + Reply.ENDPOINT + " HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            "Content-Type: application/json",
            "x-api-key: " + key,
            "traceparent: " + NOT_SAMPLED,
            "Content-Length: " + body.length(),
            "",
            body)
        .getBytes(US_ASCII);
  }

  /** A meter is made anew by the first who is counted. */
  private void forget() {
    for (String refusals : List.of("http.server.requests", "millrace.refusals")) {
      Search.in(meters).name(refusals).tag("status", "429").meters().forEach(meters::remove);
    }
  }
}
