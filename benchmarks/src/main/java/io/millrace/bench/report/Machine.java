package io.millrace.bench.report;

import io.millrace.bench.BarePython;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Locale;

/** The machine that the figures are from. */
public final class Machine {

  private Machine() {}

  /** A sentence with everything that matters for the figures. */
  public static String describe(Clock clock) throws InterruptedException {
    return String.format(
        Locale.ROOT,
        "%s: %s, %d processors, %.0f GiB of memory, Linux %s, Java %s, %s; load average before"
            + " the first part %s.",
        LocalDate.now(clock),
        line("/proc/cpuinfo", "model name"),
        Runtime.getRuntime().availableProcessors(),
        Double.parseDouble(line("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) / (1 << 20),
        System.getProperty("os.version"),
        System.getProperty("java.version"),
        BarePython.describe(),
        read("/proc/loadavg").split(" ")[0]);
  }

  private static String line(String file, String key) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("0");
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      return "unknown";
    }
  }
}
