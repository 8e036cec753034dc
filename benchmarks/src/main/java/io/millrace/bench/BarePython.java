package io.millrace.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * What the service is measured against: {@code python3 -c}, started without a shell, its output
 * thrown away. A Python program spawns it, so that the JVM's slow fork isn't counted.
 */
public final class BarePython {

  private static final String DRIVER = "bare_python.py";

  /** The one that the worker's jobs get: {@code millrace.sandbox.python}. */
  static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("MILLRACE_SANDBOX_PYTHON"), "python3");

  private static final String WHICH =
      "import os, platform, sys\n"
          + "print('Python', platform.python_version(), 'at', os.path.realpath(sys.executable))";
  private static final int STARTS = 15;

  /** A start with all that a site adds takes so many times what one without takes, at most. */
  private static final double USUAL = 2;

  private BarePython() {}

  /** Its version and where it really is, and whether something makes its starts slow. */
  public static String describe() throws InterruptedException {
    try {
      Process process = new ProcessBuilder(PYTHON, "-c", WHICH).start();
      String which = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return which.strip() + slowness();
    } catch (IOException e) {
      return "no " + PYTHON;
    }
  }

  private static String slowness() throws InterruptedException {
    double whole = run(1, STARTS, Duration.ofMinutes(1), "pass").samples().median();
    double least = run(1, STARTS, Duration.ofMinutes(1), "pass", "-S", "-E").samples().median();
    return whole <= USUAL * least
        ? ""
        : String.format(
            Locale.ROOT,
            " (a start takes %.1f ms and without its site %.1f: something in its site-packages makes"
                + " each slow, and the ratios better than they are)",
            whole,
            least);
  }

  /** Runs one after another. */
  public static Measured sequential(String code, int runs) throws InterruptedException {
    return run(1, runs, Duration.ofMinutes(5), code);
  }

  /** Keeps so many running at once for that long. */
  public static Measured loop(String code, int callers, Duration time) throws InterruptedException {
    return run(callers, Integer.MAX_VALUE, time, code);
  }

  /** Whether the code runs at all here. */
  public static boolean canRun(String code) throws InterruptedException {
    return run(1, 1, Duration.ofMinutes(1), code).errors() == 0;
  }

  /** Starts it on its way, its output to be read. */
  public static Process start(String code) {
    try {
      return new ProcessBuilder(PYTHON, "-c", code)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(PYTHON + " could not be started", e);
    }
  }

  /** All that the code prints. */
  public static String output(String code) throws InterruptedException {
    Process process = start(code);
    try (InputStream said = process.getInputStream()) {
      String all = new String(said.readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(PYTHON + " could not be read", e);
    }
  }

  private static Measured run(int callers, int runs, Duration time, String code, String... options)
      throws InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON, "-c", program(DRIVER)));
    command.addAll(List.of("" + callers, "" + runs, "" + time.toMillis() / 1000.0, code));
    command.addAll(List.of(options));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(PYTHON + " could not be measured");
      }
      return read(new ObjectMapper().readTree(said));
    } catch (IOException e) {
      throw new UncheckedIOException(PYTHON + " could not be started", e);
    }
  }

  private static Measured read(JsonNode said) {
    double[] millis = said.get("millis").valueStream().mapToDouble(JsonNode::asDouble).toArray();
    return new Measured(
        Samples.of(millis), said.get("seconds").asDouble(), said.get("errors").asInt(), List.of());
  }

  /** A program that comes with the benchmarks. */
  public static String program(String name) {
    try (InputStream in =
        Objects.requireNonNull(BarePython.class.getResourceAsStream("/" + name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
