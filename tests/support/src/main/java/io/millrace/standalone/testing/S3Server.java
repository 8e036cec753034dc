package io.millrace.standalone.testing;

import io.millrace.standalone.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * S3Proxy, a real S3 server on a folder, in a process of its own, which a test can kill and start
 * again on the same folder and port. Ends with the test JVM, even by {@code kill -9}. Not
 * thread-safe.
 */
public final class S3Server implements AutoCloseable {

  /** There from the start. */
  public static final String BUCKET = "millrace";

  public static final String ACCESS_KEY = "anybody";
  public static final String SECRET_KEY = "any-secret";

  private static final Duration START_TIME = Duration.ofSeconds(60);

  private final Path folder;
  private final URI endpoint;
  private Process process;

  private S3Server(Path folder, URI endpoint) throws IOException {
    this.folder = folder;
    this.endpoint = endpoint;
    this.process = launch(folder);
  }

  /** Starts one on a free port and returns when it answers. */
  public static S3Server start(Path folder) {
    URI endpoint = URI.create("http://127.0.0.1:" + FreePort.choose());
    try {
      Path data = folder.resolve("s3");
      Files.createDirectories(data.resolve(BUCKET));
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
      S3Server server = new S3Server(folder, endpoint);
      server.awaitReady();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For the S3 clients of this JVM. */
  public static void useItsCredentials() {
    System.setProperty("aws.accessKeyId", ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", SECRET_KEY);
  }

  private static Process launch(Path folder) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-jar",
            jar().toString(),
            "--properties",
            folder.resolve("s3proxy.properties").toString());
    return new ProcessBuilder(Lifeline.tied(0, command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("s3proxy.log").toFile()))
        .start();
  }

  /** Where the build of this module has put it. */
  private static Path jar() throws IOException {
    Path classes = here();
    Stream<Path> above =
        Stream.iterate(Path.of("").toAbsolutePath(), each -> each != null, Path::getParent)
            .map(each -> each.resolve("tests").resolve("support").resolve("target"));
    Path place =
        Stream.concat(Stream.of(classes.resolveSibling("")), above)
            .map(target -> target.resolve("s3proxy"))
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("There is no S3Proxy: build tests/support"));
    try (Stream<Path> jars = Files.list(place)) {
      return jars.filter(each -> each.toString().endsWith(".jar"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private static Path here() {
    try {
      return Path.of(S3Server.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the place of this class has no path", e);
    }
  }

  public URI endpoint() {
    return endpoint;
  }

  /** Where its objects are. */
  public Path data() {
    return folder.resolve("s3");
  }

  /** The files of its bucket, by their paths below it. */
  public List<String> objects() throws IOException {
    Path bucket = data().resolve(BUCKET);
    try (Stream<Path> all = Files.walk(bucket)) {
      return all.filter(Files::isRegularFile)
          .map(file -> bucket.relativize(file).toString())
          .toList();
    }
  }

  public ProcessHandle process() {
    return process.toHandle();
  }

  /** As {@code kill -9}; returns when the process is gone. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Starts it again on what it had; returns when it answers. */
  public void restart() {
    try {
      process = launch(folder);
      awaitReady();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady() {
    Awaitility.await()
        .atMost(START_TIME)
        .failFast("S3Proxy ended", () -> !process.isAlive())
        .until(this::answers);
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
    kill();
  }
}
