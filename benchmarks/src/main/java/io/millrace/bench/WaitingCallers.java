package io.millrace.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import tools.jackson.databind.ObjectMapper;

/** Callers with a connection each and no thread: all send first, and are heard out afterwards. */
public final class WaitingCallers implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_MILLIS = 600_000;

  private final Endpoint endpoint;
  private final List<Socket> sockets = new ArrayList<>();

  public WaitingCallers(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** One more, who asks for its code to be run. */
  public void add(String code) {
    try {
      Socket socket = new Socket(endpoint.url().getHost(), endpoint.url().getPort());
      sockets.add(socket);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request(code));
    } catch (IOException e) {
      throw new UncheckedIOException("caller " + sockets.size() + " did not get in", e);
    }
  }

  /** Hears all out; answers how many got 200 with what was expected of them. */
  public int readAll(IntFunction<String> expected) {
    int good = 0;
    for (int i = 0; i < sockets.size(); i++) {
      try (InputStream in = sockets.get(i).getInputStream()) {
        String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        good +=
            answer.startsWith("HTTP/1.1 200 ")
                    && answer.contains("\"stdout\":\"" + expected.apply(i) + "\\n\"")
                ? 1
                : 0;
      } catch (IOException e) {
        throw new UncheckedIOException("caller " + i + " was cut off", e);
      }
    }
    return good;
  }

  private byte[] request(String code) {
    byte[] body =
        endpoint
            .bodyTemplate()
            .replace("${code}", JSON.writeValueAsString(code))
            .getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + endpoint.url().getPath()
            + " HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + String.join("\r\n", endpoint.headers())
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    byte[] begin = head.getBytes(StandardCharsets.US_ASCII);
    byte[] whole = java.util.Arrays.copyOf(begin, begin.length + body.length);
    System.arraycopy(body, 0, whole, begin.length, body.length);
    return whole;
  }

  @Override
  public void close() {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException("a socket cannot be closed", e);
      }
    }
  }
}
