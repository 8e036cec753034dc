package io.millrace.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
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
    List<String> more = new ArrayList<>(headers);
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

  /** Another path of the same server, with a body of its own. */
  public Endpoint sibling(String path, String template) {
    return new Endpoint(url.resolve(path), headers, template);
  }

  /** Asks another path of the same server. */
  public Answer ask(String method, String path) {
    return exchange(method, url.resolve(path), Optional.empty());
  }

  /** Sends a file's bytes as they are, without holding them. */
  public Answer upload(String path, Path file) throws IOException {
    long begun = System.nanoTime();
    HttpURLConnection connection = open("POST", url.resolve(path));
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/octet-stream");
    connection.setFixedLengthStreamingMode(Files.size(file));
    try (OutputStream out = connection.getOutputStream()) {
      Files.copy(file, out);
    }
    return answer(connection, begun);
  }

  /** Saves what a path answers with, without holding it; the milliseconds that it took. */
  public double download(String path, Path file) throws IOException {
    long begun = System.nanoTime();
    try (InputStream in = open("GET", url.resolve(path)).getInputStream()) {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    }
    return millisSince(begun);
  }

  private Answer exchange(String method, URI where, Optional<byte[]> body) {
    long begun = System.nanoTime();
    try {
      HttpURLConnection connection = open(method, where);
      if (body.isPresent()) {
        send(body.get(), connection);
      }
      return answer(connection, begun);
    } catch (IOException e) {
      return new Answer(0, String.valueOf(e.getMessage()), Optional.empty(), millisSince(begun));
    }
  }

  private HttpURLConnection open(String method, URI where) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) where.toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout((int) CONNECT_PATIENCE.toMillis());
    connection.setReadTimeout((int) PATIENCE.toMillis());
    for (String header : headers) {
      int colon = header.indexOf(':');
      connection.setRequestProperty(
          header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    return connection;
  }

  private static void send(byte[] body, HttpURLConnection connection) throws IOException {
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/json");
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body);
    }
  }

  private static Answer answer(HttpURLConnection connection, long begun) throws IOException {
    return new Answer(
        connection.getResponseCode(),
        text(connection),
        Optional.ofNullable(connection.getHeaderField("Retry-After")).map(Double::valueOf),
        millisSince(begun));
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
