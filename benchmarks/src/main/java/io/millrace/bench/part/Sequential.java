package io.millrace.bench.part;

import io.millrace.bench.BarePython;
import io.millrace.bench.Callers;
import io.millrace.bench.Lab;
import io.millrace.bench.Measured;
import io.millrace.bench.Samples;
import io.millrace.bench.report.LinePlot;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.List;
import java.util.Map;

/** How long one caller waits that sends one job after another. */
public final class Sequential implements Part {

  private static final List<Double> PERCENTS =
      List.of(1.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0);

  @Override
  public String name() {
    return "sequential";
  }

  @Override
  public String title() {
    return "One caller, one job after another";
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    try (Lab.Subject subject = lab.subject(Map.of())) {
      Hello.warmUp(subject.endpoint(), lab.options().warmUp());
      Rounds rounds =
          Rounds.measure(
              lab.options().runs(),
              runs -> BarePython.sequential(Hello.CODE, runs),
              runs -> Callers.sequential(subject.endpoint(), Hello.CODE, Hello.SHOWN, runs));
      return section(rounds);
    }
  }

  private Section section(Rounds rounds) {
    Samples bare = rounds.bare().samples();
    Samples ours = rounds.ours().samples();
    Table table = new Table("ms", "p50", "p95", "p99", "jobs", "errors");
    row(table, "bare `python3 -c`", rounds.bare());
    row(table, "the service", rounds.ours());
    table.row(
        "**ratio**",
        ours.median() / bare.median(),
        ours.percentile(95) / bare.percentile(95),
        ours.percentile(99) / bare.percentile(99),
        "",
        "");
    LinePlot plot =
        new LinePlot(
                "Milliseconds by percentile",
                "percentile",
                PERCENTS.stream().map(percent -> "p" + percent.intValue()).toList())
            .line("the service", PERCENTS, ours::percentile)
            .line("bare python3 -c", PERCENTS, bare::percentile);
    String text =
        "`"
            + Hello.CODE
            + "`, both sides in turns of "
            + Rounds.TURN
            + " within the same minutes.\n\n"
            + table
            + Hello.complaints(rounds.ours());
    return new Section(name(), title(), text, Map.of("bench-sequential.svg", plot.svg()));
  }

  private static void row(Table table, String label, Measured measured) {
    Samples samples = measured.samples();
    table.row(
        label,
        samples.median(),
        samples.percentile(95),
        samples.percentile(99),
        samples.size(),
        measured.errors());
  }
}
