package io.millrace.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** S3Proxy, a real S3 server on a folder, as a process that ends with this one. */
final class S3Server implements AutoCloseable {

  static final String BUCKET = "millrace";
  static final String ACCESS_KEY = "anybody";
  static final String SECRET_KEY = "any-secret";
  private static final Duration START_TIME = Duration.ofSeconds(60);

  private final Process process;
  private final URI endpoint;

  private S3Server(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  static S3Server start(Path folder, int port) {
    URI endpoint = URI.create("http://127.0.0.1:" + port);
    try {
      Path data = Files.createDirectories(folder.resolve("s3"));
      Files.createDirectories(data.resolve(BUCKET));
      Path properties =
          Files.write(
              folder.resolve("s3proxy.properties"),
              List.of(
                  "s3proxy.endpoint=" + endpoint,
                  "s3proxy.authorization=aws-v4",
                  "s3proxy.identity=" + ACCESS_KEY,
                  "s3proxy.credential=" + SECRET_KEY,
                  "jclouds.provider=filesystem-nio2",
                  "jclouds.identity=",
                  "jclouds.credential=",
                  "jclouds.filesystem.basedir=" + data));
      // Its standard input ends with this process, however that dies.
      String untilWeAreGone =
          "exec 3<&0; \"$@\" 3<&- & server=$!; (cat <&3; kill -9 $server) & wait $server";
      Process process =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  untilWeAreGone,
                  "sh",
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx128m",
                  "-XX:TieredStopAtLevel=1",
                  "-jar",
                  System.getProperty("s3proxy.jar"),
                  "--properties",
                  properties.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("s3proxy.log").toFile())
              .start();
      S3Server server = new S3Server(process, endpoint);
      Awaitility.await()
          .atMost(START_TIME)
          .failFast("S3Proxy ended", () -> !process.isAlive())
          .until(server::answers);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI endpoint() {
    return endpoint;
  }

  private boolean answers() {
    try {
      HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
      try {
        return connection.getResponseCode() > 0;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    children.forEach(child -> child.onExit().join());
  }
}
