package io.millrace.webhook.dispatch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A dispatcher in a JVM of its own, to be killed. It ends with its standard input, and so with this
 * JVM.
 */
final class DispatcherProcess implements AutoCloseable {

  private static final String READY = "ready";
  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  private DispatcherProcess(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "dispatcher-process");
    reader.setDaemon(true);
    reader.start();
  }

  static DispatcherProcess start(Stores stores, String... settings) throws InterruptedException {
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-Dlogback.configurationFile=webhook/logback-process.xml",
                    "-cp",
                    System.getProperty("java.class.path"),
                    DispatcherProcess.class.getName(),
                    stores.bootstrapServers(),
                    "" + stores.redisPort()),
                Stream.of(settings))
            .toList();
    try {
      DispatcherProcess started =
          new DispatcherProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
      started.awaitLine(READY);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has said a line with this text in it. */
  void awaitLine(String text) throws InterruptedException {
    for (String line = ""; !line.contains(text); ) {
      line = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("the process did not say: " + text);
      }
    }
  }

  /** As {@code kill -9}; returns when it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(said::add);
    } catch (UncheckedIOException | IOException e) {
      said.add("its output ended: " + e);
    }
  }

  /** The child's side: broker, port of Redis, settings. */
  public static void main(String[] arguments) throws IOException {
    try (DispatcherUnderTest dispatcher =
        DispatcherUnderTest.start(
            arguments[0],
            Integer.parseInt(arguments[1]),
            Arrays.copyOfRange(arguments, 2, arguments.length))) {
      System.out.println(READY + " on " + dispatcher.bean(ReceiverLimits.class).inFlight());
      System.in.transferTo(System.out);
    }
  }
}
