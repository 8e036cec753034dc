package io.millrace.bench.part;

import io.millrace.bench.BarePython;
import io.millrace.bench.Callers;
import io.millrace.bench.Lab;
import io.millrace.bench.Measured;
import io.millrace.bench.report.LinePlot;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How many jobs a second go through, by how many callers wait at once. */
public final class Rate implements Part {

  private static final List<Integer> CALLERS = List.of(1, 4, 16, 64);

  private record Point(int callers, Measured bare, Measured ours) {}

  @Override
  public String name() {
    return "rate";
  }

  @Override
  public String title() {
    return "Jobs a second, by callers";
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    try (Lab.Subject subject = lab.subject(Map.of())) {
      Hello.warmUp(subject.endpoint(), lab.options().warmUp());
      List<Point> points = new ArrayList<>();
      for (int callers : CALLERS) {
        points.add(
            new Point(
                callers,
                BarePython.loop(Hello.CODE, callers, lab.options().loop()),
                Callers.loop(
                    subject.endpoint(), Hello.CODE, Hello.SHOWN, callers, lab.options().loop())));
      }
      return section(points, lab.options().loop().toSeconds());
    }
  }

  private Section section(List<Point> points, long seconds) {
    Table table =
        new Table("callers", "bare/s", "service/s", "ratio", "p50 ms", "p99 ms", "errors");
    StringBuilder complaints = new StringBuilder();
    for (Point point : points) {
      table.row(
          point.callers(),
          point.bare().rate(),
          point.ours().rate(),
          point.ours().rate() / point.bare().rate(),
          point.ours().samples().median(),
          point.ours().samples().percentile(99),
          point.ours().errors());
      complaints.append(Hello.complaints(point.ours()));
    }
    LinePlot plot =
        new LinePlot(
                "Jobs a second",
                "callers",
                points.stream().map(point -> String.valueOf(point.callers())).toList())
            .line("the service", points, point -> point.ours().rate())
            .line("bare python3 -c", points, point -> point.bare().rate());
    String text =
        "Closed loops of "
            + seconds
            + " s: each caller sends its next job when the last reply is there. Bare is as many"
            + " `python3 -c` at once as there are callers.\n\n"
            + table
            + complaints;
    return new Section(name(), title(), text, Map.of("bench-rate.svg", plot.svg()));
  }
}
