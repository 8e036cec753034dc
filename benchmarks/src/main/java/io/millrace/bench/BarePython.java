package io.millrace.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * What the service is measured against: {@code python3 -c}, started without a shell, its output
 * thrown away. A Python program spawns it, so that the JVM's slow fork isn't counted.
 */
public final class BarePython {

  private static final String DRIVER = "/bare_python.py";

  private BarePython() {}

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

  private static Measured run(int callers, int runs, Duration time, String code)
      throws InterruptedException {
    String[] command = {
      "python3", "-c", driver(), "" + callers, "" + runs, "" + time.toMillis() / 1000.0, code
    };
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("python3 could not be measured");
      }
      return read(new ObjectMapper().readTree(said));
    } catch (IOException e) {
      throw new UncheckedIOException("python3 could not be started", e);
    }
  }

  private static Measured read(JsonNode said) {
    double[] millis = said.get("millis").valueStream().mapToDouble(JsonNode::asDouble).toArray();
    return new Measured(
        Samples.of(millis), said.get("seconds").asDouble(), said.get("errors").asInt(), List.of());
  }

  private static String driver() {
    try (InputStream in = Objects.requireNonNull(BarePython.class.getResourceAsStream(DRIVER))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
