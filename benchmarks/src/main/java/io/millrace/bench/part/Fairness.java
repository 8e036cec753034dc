package io.millrace.bench.part;

import io.millrace.bench.Callers;
import io.millrace.bench.Endpoint;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Measured;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A key that sends one job at a time, alone and beside another key's thousand. */
public final class Fairness implements Part {

  private static final int SLOTS = 2;
  private static final int BACKLOG = 1000;
  private static final int SENDERS = 16;
  private static final int JOBS = 100;
  private static final double SECONDS = 0.2;
  private static final String LONG = "import time\ntime.sleep(" + SECONDS + ")";

  @Override
  public String name() {
    return "fairness";
  }

  @Override
  public String title() {
    return "One job at a time, beside another key's thousand";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    Map<String, String> settings = Map.of("MILLRACE_WORKER_SLOTS", "" + SLOTS);
    try (Installation installation = Installation.up(lab.options().launcher(), settings)) {
      Hello.warmUp(installation.endpoint());
      Measured alone = oneAtATime(installation.other());
      fill(installation.endpoint().with("Prefer: respond-async"));
      int before = length(installation);
      Measured beside = oneAtATime(installation.other());
      return section(alone, beside, before, length(installation));
    }
  }

  private static Measured oneAtATime(Endpoint endpoint) throws InterruptedException {
    return Callers.sequential(endpoint, Hello.CODE, Hello.SHOWN, JOBS);
  }

  private static void fill(Endpoint async) throws InterruptedException {
    ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
    try {
      IntStream.range(0, BACKLOG).forEach(i -> senders.submit(() -> async.run(LONG)));
      senders.shutdown();
      if (!senders.awaitTermination(2, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the queue could not be filled");
      }
    } finally {
      senders.shutdownNow();
    }
  }

  private static int length(Installation installation) {
    return installation.queue().get("queue_length").asInt();
  }

  private Section section(Measured alone, Measured beside, int before, int after) {
    double most = 2 * alone.samples().percentile(95) + 1000 * SECONDS;
    Table table = new Table("the other key has waiting", "p50 ms", "p95 ms", "errors");
    table.row(0, alone.samples().median(), alone.samples().percentile(95), alone.errors());
    table.row(
        before + " to " + after,
        beside.samples().median(),
        beside.samples().percentile(95),
        beside.errors());
    String text =
        "One key sends "
            + JOBS
            + " small jobs, one after another, onto two slots; the other key's jobs take "
            + SECONDS
            + " s. Fair is a p95 of at most twice the one alone and one job's length, "
            + Table.number(most)
            + " ms here.\n\n"
            + table;
    return new Section(name(), title(), text, Map.of());
  }
}
