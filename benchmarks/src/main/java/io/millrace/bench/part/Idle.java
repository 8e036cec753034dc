package io.millrace.bench.part;

import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What an installation costs that nobody uses: cpu of each process of an idle {@code up}. */
public final class Idle implements Part {

  /** By then compilers have ended, and a burst's connections to Redis are closed. */
  private static final Duration SETTLING = Duration.ofSeconds(90);

  private static final Duration MEASURED = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String title() {
    return "Idle";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    try (Installation installation = Installation.up(lab.options().launcher(), Map.of())) {
      Hello.warmUp(installation.endpoint(), Duration.ofSeconds(2));
      TimeUnit.MILLISECONDS.sleep(SETTLING.toMillis());
      Map<String, Duration> before = installation.cpu();
      long begun = System.nanoTime();
      TimeUnit.MILLISECONDS.sleep(MEASURED.toMillis());
      Map<String, Duration> after = installation.cpu();
      return section(before, after, System.nanoTime() - begun);
    }
  }

  private Section section(Map<String, Duration> before, Map<String, Duration> after, long nanos) {
    Table table = new Table("process", "% of a core");
    double all = 0;
    for (Map.Entry<String, Duration> each : new TreeMap<>(after).entrySet()) {
      Duration used = each.getValue().minus(before.getOrDefault(each.getKey(), Duration.ZERO));
      double percent = 100.0 * used.toNanos() / nanos;
      all += percent;
      table.row(each.getKey(), percent);
    }
    table.row("**all**", all);
    String text =
        "Cpu time of all processes of `./millrace up` over "
            + MEASURED.toSeconds()
            + " s without a request, "
            + SETTLING.toSeconds()
            + " s after the last one.\n\n"
            + table;
    return new Section(name(), title(), text, Map.of());
  }
}
