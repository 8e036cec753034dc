package io.millrace.bench.part;

import io.millrace.bench.Callers;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Measured;
import io.millrace.bench.report.LinePlot;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether more workers do more: jobs that sleep, so that processors aren't the limit. */
public final class Workers implements Part {

  private static final List<Integer> WORKERS = List.of(1, 2, 4, 8);
  private static final double SLEEP_SECONDS = 0.25;
  private static final int CALLERS = 32;
  private static final String CODE =
      "import time\ntime.sleep(" + SLEEP_SECONDS + ")\nprint('slept')";

  private record Point(int workers, Measured measured) {
    double ideal() {
      return workers / SLEEP_SECONDS;
    }
  }

  @Override
  public String name() {
    return "workers";
  }

  @Override
  public String title() {
    return "Workers added, on jobs that sleep";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    List<Point> points = new ArrayList<>();
    for (int workers : WORKERS) {
      try (Installation installation =
          Installation.ofWorkers(
              lab.options().launcher(), Map.of("MILLRACE_WORKER_SLOTS", "1"), workers)) {
        Hello.warmUp(installation.endpoint());
        points.add(
            new Point(
                workers,
                Callers.loop(
                    installation.endpoint(), CODE, "slept", CALLERS, lab.options().loop())));
      }
    }
    return section(points);
  }

  private Section section(List<Point> points) {
    Table table = new Table("worker processes", "jobs/s", "no-loss limit", "share of it", "errors");
    points.forEach(
        point ->
            table.row(
                point.workers(),
                point.measured().rate(),
                point.ideal(),
                point.measured().rate() / point.ideal(),
                point.measured().errors()));
    LinePlot plot =
        new LinePlot(
                "Jobs a second",
                "worker processes of one slot",
                points.stream().map(point -> String.valueOf(point.workers())).toList())
            .line("measured", points, point -> point.measured().rate())
            .line("no-loss limit", points, Point::ideal);
    String text =
        CALLERS
            + " callers; each job sleeps "
            + SLEEP_SECONDS
            + " s; each worker is a process with one slot.\n\n"
            + table;
    return new Section(name(), title(), text, Map.of("bench-workers.svg", plot.svg()));
  }
}
