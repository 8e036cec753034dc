package io.millrace.bench.part;

import io.millrace.bench.Callers;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Measured;
import io.millrace.bench.Threads;
import io.millrace.bench.Threads.Counts;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Which threads a job whose caller waits goes through, by the kernel's counts of each. */
public final class Hops implements Part {

  private static final int JOBS = 1000;
  private static final Duration IDLE = Duration.ofSeconds(20);

  /** Of waits; below it a thread has nothing to do with a job. */
  private static final double WORTH_A_ROW = 0.05;

  @Override
  public String name() {
    return "hops";
  }

  @Override
  public String title() {
    return "The threads that a job goes through";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    try (Installation installation = Installation.up(lab.options().launcher(), Map.of())) {
      Hello.warmUp(installation.endpoint(), lab.options().warmUp());
      Map<String, Counts> before = installation.threads();
      TimeUnit.MILLISECONDS.sleep(IDLE.toMillis());
      Map<String, Counts> idle =
          Threads.since(before, installation.threads(), IDLE.toMillis() / 1e3);
      before = installation.threads();
      Measured measured =
          Callers.sequential(installation.endpoint(), Hello.CODE, Hello.SHOWN, JOBS);
      Map<String, Counts> spent = Threads.since(before, installation.threads(), JOBS);
      return section(idle, spent, measured);
    }
  }

  private Section section(Map<String, Counts> idle, Map<String, Counts> spent, Measured measured) {
    Table table = new Table("thread", "waits", "put aside", "cpu µs", "reads", "writes");
    double waits = 0;
    double micros = 0;
    double seconds = measured.seconds() / JOBS;
    for (Map.Entry<String, Counts> each : spent.entrySet()) {
      Counts all = each.getValue();
      Counts own = all.beside(idle.get(each.getKey()), seconds);
      waits += own.waits();
      micros += own.micros();
      if (own.waits() >= WORTH_A_ROW || own.reads() >= WORTH_A_ROW) {
        table.row(
            "`" + each.getKey() + "`",
            own.waits(),
            own.yields(),
            own.micros(),
            own.reads(),
            own.writes());
      }
    }
    table.row("**all**", waits, "", micros, "", "");
    return new Section(name(), title(), text(table, measured), Map.of());
  }

  private static String text(Table table, Measured measured) {
    return JOBS
        + " jobs one after another, of one caller, at `./millrace up`: what the kernel counted of each"
        + " thread a job, less what an idle second of it takes. A thread waits, and is woken, so often;"
        + " it is put aside for another so often. Reads and writes are system calls of a whole process."
        + " A sandbox ends with its job: what is counted of it is not here. p50 "
        + Table.number(measured.samples().median())
        + " ms.\n\n"
        + table
        + Hello.complaints(measured);
  }
}
