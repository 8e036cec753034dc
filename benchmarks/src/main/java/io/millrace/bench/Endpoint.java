package io.millrace.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.ObjectMapper;

/**
 * Where code is sent, by the client that takes least of the cores that it shares with what it
 * measures: one that blocks, in the caller's own thread. Thread-safe.
 *
 * @param url the address that takes a POST
 * @param headers {@code Name: value} lines
 * @param bodyTemplate the body, in which {@code ${code}} stands for the code as a JSON string
 */
public record Endpoint(URI url, List<String> headers, String bodyTemplate) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);

  static {
    // A job whose connection broke may have run: it is an error, and not sent again.
    System.setProperty("sun.net.http.retryPost", "false");
    // As many connections are kept as there are callers.
    System.setProperty("http.maxConnections", "1000");
  }

  /** An answer: its status, body, the seconds it asks a client to wait, and the time it took. */
  public record Answer(int status, String body, Optional<Double> retryAfter, double millis) {

    /** Whether the code ran and the reply shows what it printed. */
    public boolean shows(String expected) {
      return status == 200 && body.contains(expected);
    }
  }

  /** The same endpoint with one more header. */
  public Endpoint with(String header) {
    List<String> more = new java.util.ArrayList<>(headers);
    more.add(header);
    return new Endpoint(url, List.copyOf(more), bodyTemplate);
  }

  /**
   * Sends the code and waits for the whole answer; a broken connection is an answer of status 0.
   */
  public Answer run(String code) {
    String body = bodyTemplate.replace("${code}", JSON.writeValueAsString(code));
    return exchange("POST", url, Optional.of(body.getBytes(StandardCharsets.UTF_8)));
  }

  /** Asks another path of the same server. */
  public Answer ask(String method, String path) {
    return exchange(method, url.resolve(path), Optional.empty());
  }

  private Answer exchange(String method, URI where, Optional<byte[]> body) {
    long begun = System.nanoTime();
    try {
      HttpURLConnection connection = (HttpURLConnection) where.toURL().openConnection();
      connection.setRequestMethod(method);
      connection.setConnectTimeout((int) CONNECT_PATIENCE.toMillis());
      connection.setReadTimeout((int) PATIENCE.toMillis());
      for (String header : headers) {
        int colon = header.indexOf(':');
        connection.setRequestProperty(
            header.substring(0, colon).strip(), header.substring(colon + 1).strip());
      }
      if (body.isPresent()) {
        send(body.get(), connection);
      }
      return new Answer(
          connection.getResponseCode(),
          text(connection),
          Optional.ofNullable(connection.getHeaderField("Retry-After")).map(Double::valueOf),
          millisSince(begun));
    } catch (IOException e) {
      return new Answer(0, String.valueOf(e.getMessage()), Optional.empty(), millisSince(begun));
    }
  }

  private static void send(byte[] body, HttpURLConnection connection) throws IOException {
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/json");
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body);
    }
  }

  private static String text(HttpURLConnection connection) throws IOException {
    try (InputStream in =
        connection.getResponseCode() < HttpURLConnection.HTTP_BAD_REQUEST
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static double millisSince(long begun) {
    return (System.nanoTime() - begun) / 1e6;
  }
}
