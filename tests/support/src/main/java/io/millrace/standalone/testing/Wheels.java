package io.millrace.standalone.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A simple index on loopback with wheels that tests make. It can go away and come back, and hold
 * back the files that it is asked for. Thread-safe.
 */
public final class Wheels implements AutoCloseable {

  private final Map<String, Map<String, Content>> projects = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool(Wheels::thread);
  private volatile CountDownLatch held = new CountDownLatch(0);
  private HttpServer server;

  public Wheels() throws IOException {
    server = listen(0);
  }

  private static Thread thread(Runnable task) {
    Thread made = new Thread(task, "wheels");
    made.setDaemon(true);
    return made;
  }

  private HttpServer listen(int port) throws IOException {
    HttpServer made =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    made.createContext("/", this::answer);
    made.setExecutor(threads);
    made.start();
    return made;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    asked.add(path);
    String[] parts = path.split("/");
    Map<String, Content> files = projects.getOrDefault(parts.length > 2 ? parts[2] : "", Map.of());
    boolean file = parts.length > 3;
    if (file) {
      pass(held);
    }
    Content body = file ? files.get(parts[3]) : Content.of(page(files));
    exchange.getResponseHeaders().set("Content-Type", file ? "a/b" : "text/html");
    if (body == null || files.isEmpty()) {
      exchange.sendResponseHeaders(404, -1);
    } else {
      exchange.sendResponseHeaders(200, body.length());
      try (InputStream bytes = body.bytes().get()) {
        bytes.transferTo(exchange.getResponseBody());
      }
    }
    exchange.close();
  }

  private static void pass(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on no file is sent to whoever asks for one, until {@link #letGo}. */
  public void hold() {
    held = new CountDownLatch(1);
  }

  /** Whoever waits for a file gets it. */
  public void letGo() {
    held.countDown();
  }

  /** Nothing answers at its address any more. */
  public synchronized void goAway() {
    server.stop(0);
  }

  /** It answers again, at the same address. */
  public synchronized void comeBack() {
    try {
      server = listen(server.getAddress().getPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public synchronized URI index() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/simple");
  }

  /** How often that was asked for which ends so. */
  public long asked(String end) {
    return asked.stream().filter(path -> path.endsWith(end)).count();
  }

  /** Offers a wheel of these modules. */
  public void add(String name, String version, Map<String, String> files, String... requires) {
    offer(name, version, wheel(name, version, files, requires));
  }

  public void offer(String name, String version, byte[] wheel) {
    offer(name, version, Content.of(wheel));
  }

  public void offer(String name, String version, Content wheel) {
    projects
        .computeIfAbsent(name, key -> new ConcurrentHashMap<>())
        .put(fileName(name, version), wheel);
  }

  /** A file that need not be in memory: so many bytes, read anew each time. */
  public record Content(long length, Supplier<InputStream> bytes) {

    static Content of(byte[] bytes) {
      return new Content(bytes.length, () -> new ByteArrayInputStream(bytes));
    }
  }

  public static String fileName(String name, String version) {
    return name + "-" + version + "-py3-none-any.whl";
  }

  /** A good wheel, unless its files are bad. */
  public static byte[] wheel(
      String name, String version, Map<String, String> files, String... requires) {
    return zip(entries(name, version, files, requires));
  }

  /** Its entries, the RECORD last. */
  public static Map<String, byte[]> entries(
      String name, String version, Map<String, String> files, String... requires) {
    String info = name + "-" + version + ".dist-info/";
    Map<String, byte[]> entries = new LinkedHashMap<>();
    files.forEach((path, text) -> entries.put(path, text.getBytes(StandardCharsets.UTF_8)));
    StringBuilder metadata =
        new StringBuilder("Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n");
    for (String each : requires) {
      metadata.append("Requires-Dist: ").append(each).append('\n');
    }
    entries.put(info + "METADATA", metadata.toString().getBytes(StandardCharsets.UTF_8));
    entries.put(
        info + "WHEEL",
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            .getBytes(StandardCharsets.UTF_8));
    StringBuilder record = new StringBuilder();
    entries.forEach(
        (path, bytes) ->
            record.append(path + ",sha256=" + digest(bytes) + "," + bytes.length + "\n"));
    entries.put(info + "RECORD", (record + info + "RECORD,,\n").getBytes(StandardCharsets.UTF_8));
    return entries;
  }

  public static byte[] zip(Map<String, byte[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(each.getKey()));
        zip.write(each.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String digest(byte[] bytes) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] page(Map<String, Content> files) {
    StringBuilder page = new StringBuilder("<!DOCTYPE html><html><body>");
    files.keySet().forEach(f -> page.append("<a href=\"" + f + "\">" + f + "</a>"));
    return page.append("</body></html>").toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void close() {
    letGo();
    server.stop(0);
    threads.shutdown();
  }
}
