package io.millrace.e2e.drive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What jobs may reach, on loopback: {@code /bytes} sends without end, {@code /read} reads without
 * end, everything else answers a word. Thread-safe.
 */
public final class NetworkHost implements AutoCloseable {

  private static final int MOST_HEAD = 100_000;

  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger endless = new AtomicInteger();
  private final Queue<String> targets = new ConcurrentLinkedQueue<>();

  private NetworkHost(ServerSocket listener) {
    this.listener = listener;
  }

  /** Starts one at this port; 0 for a free one. */
  public static NetworkHost start(int port) {
    try {
      NetworkHost host =
          new NetworkHost(new ServerSocket(port, 1024, InetAddress.getByName("127.0.0.1")));
      host.threads.execute(host::take);
      return host;
    } catch (IOException e) {
      throw new UncheckedIOException("no host", e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** How many connections have come. */
  public int connections() {
    return connections.get();
  }

  /** How many of those without end are open. */
  public int endless() {
    return endless.get();
  }

  /** How often a target with this in it was asked for. */
  public long asked(String part) {
    return targets.stream().filter(target -> target.contains(part)).count();
  }

  private void take() {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        connections.incrementAndGet();
        threads.execute(() -> serve(connection));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      String target = target(connection.getInputStream());
      if (!target.equals("/") && !target.isEmpty()) {
        targets.add(target);
      }
      OutputStream out = connection.getOutputStream();
      switch (target) {
        case "/bytes" -> withoutEnd(() -> send(out));
        case "/read" -> withoutEnd(() -> connection.getInputStream().transferTo(nowhere()));
        default ->
            out.write(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
                    .getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      // Whoever asked went away.
    }
  }

  private interface Endless {
    void run() throws IOException;
  }

  private void withoutEnd(Endless transfer) throws IOException {
    endless.incrementAndGet();
    try {
      transfer.run();
    } finally {
      endless.decrementAndGet();
    }
  }

  private static void send(OutputStream out) throws IOException {
    out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    byte[] piece = new byte[1 << 16];
    while (true) {
      out.write(piece);
    }
  }

  private static OutputStream nowhere() {
    return OutputStream.nullOutputStream();
  }

  /** The second word of the head's first line; empty where nothing comes. */
  private static String target(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ends = 0;
    for (int next = in.read(); next >= 0 && head.size() < MOST_HEAD; next = in.read()) {
      head.write(next);
      ends = next == '\n' ? ends + 1 : next == '\r' ? ends : 0;
      if (ends == 2) {
        break;
      }
    }
    String[] words = head.toString(StandardCharsets.ISO_8859_1).split(" ");
    return words.length < 2 ? "" : words[1];
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
