package io.millrace.worker.environment;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Resolves requirements and fetches their wheels by the pip of the interpreter that jobs run on, as
 * a process of its own with limits. It knows the index and no other place: see {@code download.py}
 * for what it may not follow. Thread-safe.
 */
final class Pip {

  private static final long MEMORY = 2L << 30;
  private static final long LOOK_MILLIS = 200;

  /** Python's words for EFBIG: a file met its limit. */
  private static final String FILE_TOO_LARGE = "[Errno 27]";

  private static final int MOST_WORDS = 8 * 1024;
  private static final int MOST_MESSAGE = 1000;
  private static final Set<String> PASSED_ON =
      Set.of(
          "PATH",
          "http_proxy",
          "https_proxy",
          "no_proxy",
          "HTTP_PROXY",
          "HTTPS_PROXY",
          "NO_PROXY",
          "SSL_CERT_FILE",
          "SSL_CERT_DIR",
          "REQUESTS_CA_BUNDLE");

  private final Interpreter python;
  private final PackageSettings settings;
  private final int uid;

  /** {@code uid} is whom it becomes where root starts it. */
  Pip(Interpreter python, PackageSettings settings, int uid) {
    this.python = python;
    this.settings = settings;
    this.uid = uid;
  }

  /** Throws {@link IOException} with what to do when there is none that may run as it will. */
  void check() throws IOException {
    List<String> line = command();
    line.add("--version");
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    try (InputStream told = process.getInputStream()) {
      String said = new String(told.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IOException(
            python.command()
                + " has no pip that the user of jobs can run: install it (Debian: python3-pip), or"
                + " leave millrace.packages.builder off here. It said: "
                + said.substring(said.lastIndexOf('\n') + 1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Without pip's own arguments. It lives no longer than its standard input is open. */
  private List<String> command() throws IOException {
    return new ArrayList<>(
        List.of(
            python.command(),
            "-I",
            "-B",
            "-c",
            Interpreter.resource("download.py"),
            Long.toString(settings.maxSize().toBytes()),
            Long.toString(MEMORY),
            Long.toString(settings.buildTime().toSeconds()),
            Integer.toString(uid)));
  }

  /**
   * Fetches the wheels that the requirements resolve to into a folder that is empty.
   *
   * @param goesOn looked at all the while; false ends it
   * @throws RefusedPackagesException with pip's own words
   */
  List<Path> download(List<String> requirements, Path folder, BooleanSupplier goesOn)
      throws IOException, RefusedPackagesException {
    Path wheels = Files.createDirectory(folder.resolve("wheels"));
    Path home = Files.createDirectory(folder.resolve("home"));
    Path words = folder.resolve("words");
    giveAway(folder, wheels, home);
    Process process = start(requirements, wheels, home, words);
    try {
      int status = await(process, folder, goesOn);
      if (status != 0) {
        throw end(words).contains(FILE_TOO_LARGE) ? tooLarge() : refused(words, status);
      }
      return list(wheels);
    } finally {
      process.destroyForcibly();
    }
  }

  private Process start(List<String> requirements, Path wheels, Path home, Path words)
      throws IOException {
    List<String> line = command();
    line.addAll(
        List.of(
            "download",
            "--isolated",
            "--no-input",
            "--no-cache-dir",
            "--progress-bar",
            "off",
            "--disable-pip-version-check",
            "--retries",
            "2",
            "--timeout",
            "15",
            "--only-binary",
            ":all:",
            "--index-url",
            settings.index().toString(),
            "--dest",
            wheels.toString()));
    if ("http".equals(settings.index().getScheme())) {
      line.addAll(
          List.of("--trusted-host", settings.index().getAuthority().replaceFirst(".*@", "")));
    }
    line.add("--");
    line.addAll(requirements);
    ProcessBuilder builder = new ProcessBuilder(line);
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(PASSED_ON);
    environment.putAll(
        Map.of(
            "HOME",
            home.toString(),
            "TMPDIR",
            home.toString(),
            "PIP_CONFIG_FILE",
            "/dev/null",
            "LANG",
            "C.UTF-8"));
    return builder
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectOutput(words.toFile())
        .start();
  }

  private int await(Process process, Path folder, BooleanSupplier goesOn)
      throws IOException, RefusedPackagesException {
    long deadline = System.nanoTime() + settings.buildTime().toNanos();
    try {
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (!goesOn.getAsBoolean()) {
          throw new IOException("the build is somebody else's by now");
        }
        if (System.nanoTime() > deadline) {
          throw new RefusedPackagesException(
              "pip did not end within " + seconds(settings.buildTime()), "");
        }
        if (size(folder) > settings.maxSize().toBytes()) {
          throw tooLarge();
        }
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private RefusedPackagesException tooLarge() {
    return new RefusedPackagesException(
        "The packages have more than "
            + settings.maxSize().toMegabytes()
            + " MB together, which is the limit (millrace.packages.max-size)",
        "");
  }

  /** What it says of its errors: of a long list of what it tried, that is the last lines. */
  private static RefusedPackagesException refused(Path words, int status) throws IOException {
    String said = end(words);
    String errors =
        String.join(
            " ",
            Arrays.stream(said.split("\n"))
                .filter(line -> line.startsWith("ERROR:"))
                .map(line -> line.substring("ERROR:".length()).strip())
                .toList());
    String message = errors.isEmpty() ? "pip ended with status " + status : errors;
    return new RefusedPackagesException(
        message.length() > MOST_MESSAGE ? message.substring(0, MOST_MESSAGE) + "…" : message, said);
  }

  private static String end(Path words) throws IOException {
    try (InputStream in = Files.newInputStream(words)) {
      in.skipNBytes(Math.max(0, Files.size(words) - MOST_WORDS));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      in.transferTo(out);
      return out.toString(StandardCharsets.UTF_8);
    }
  }

  private static String seconds(Duration time) {
    return time.toSeconds() + " seconds (millrace.packages.build-time)";
  }

  private static long size(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(Pip::sizeOf).sum();
    } catch (IOException | java.io.UncheckedIOException e) {
      return 0; // something of it has just gone
    }
  }

  private static long sizeOf(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static List<Path> list(Path wheels) throws IOException, RefusedPackagesException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(wheels)) {
      for (Path file : files) {
        if (!file.toString().endsWith(".whl")) {
          throw new RefusedPackagesException(file.getFileName() + " is no wheel", "");
        }
        found.add(file);
      }
    }
    found.sort(null);
    return found;
  }

  /** Where root starts it, it is another user who writes there. */
  private void giveAway(Path folder, Path... inside) throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return;
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    for (Path each : inside) {
      Files.setAttribute(each, "unix:uid", uid);
      Files.setAttribute(each, "unix:gid", uid);
    }
  }
}
