package io.millrace.standalone.testing.receiver;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/**
 * A receiver on a raw socket of loopback that does as it is told, request by request. Keeps all it
 * was sent.
 */
public final class ScriptedReceiver implements AutoCloseable {

  /** Chooses what to do with the n-th request, from 1. */
  @FunctionalInterface
  public interface Script {
    Behaviour forRequest(int number, Received request);
  }

  private static final long PATIENCE_SECONDS = 120;

  private final ServerSocket server;
  private final Script script;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Received> all = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Received> arriving = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> ended = new LinkedBlockingQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);

  private ScriptedReceiver(ServerSocket server, Script script) {
    this.server = server;
    this.script = script;
  }

  /** A receiver that always does the same. */
  public static ScriptedReceiver always(Behaviour behaviour) {
    return start(0, (number, request) -> behaviour);
  }

  /** A receiver on a free port. */
  public static ScriptedReceiver start(Script script) {
    return start(0, script);
  }

  /** A receiver on this port; 0 chooses a free one. */
  public static ScriptedReceiver start(int port, Script script) {
    return start(ServerSocketFactory.getDefault(), port, script);
  }

  /** A receiver whose sockets this factory makes. */
  public static ScriptedReceiver start(ServerSocketFactory sockets, int port, Script script) {
    try {
      ServerSocket server =
          sockets.createServerSocket(
              port, 256, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
      ScriptedReceiver receiver = new ScriptedReceiver(server, script);
      receiver.threads.execute(receiver::acceptAll);
      return receiver;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** Waits for the next request. */
  public Received next() throws InterruptedException {
    return Objects.requireNonNull(
        arriving.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "no request within the time");
  }

  /** Waits for the next request that is not about this job. */
  public Received nextOtherThan(UUID job) throws InterruptedException {
    Received received = next();
    while (job.toString().equals(received.header("webhook-id"))) {
      received = next();
    }
    return received;
  }

  /** Waits until the sender has left a connection. */
  public void awaitEndOfAConnection() throws InterruptedException {
    Objects.requireNonNull(
        ended.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "no connection ended within the time");
  }

  /** Everything that came, in order of arrival. */
  public List<Received> all() {
    return all;
  }

  public int connections() {
    return connections.get();
  }

  @Override
  public void close() {
    closed.countDown();
    quietly(server);
    open.forEach(ScriptedReceiver::quietly);
    threads.shutdownNow();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        threads.execute(() -> serve(socket));
      }
    } catch (IOException e) {
      closed.countDown();
    }
  }

  private void serve(Socket socket) {
    int connection = connections.incrementAndGet();
    try (socket) {
      Received request = read(new BufferedInputStream(socket.getInputStream()));
      all.add(request);
      arriving.add(request);
      script.forRequest(all.size(), request).answer(socket, closed);
    } catch (IOException senderLeft) {
      return; // Before the answer was whole, as some tests mean it to.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
      ended.add(connection);
    }
  }

  private static Received read(InputStream in) throws IOException {
    String[] start = line(in).split(" ");
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    return new Received(start[0], start[1], headers, body, System.nanoTime());
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int each = in.read(); each != '\n'; each = in.read()) {
      if (each < 0) {
        throw new EOFException();
      }
      line.append((char) each);
    }
    return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
        .strip();
  }

  private static void quietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
