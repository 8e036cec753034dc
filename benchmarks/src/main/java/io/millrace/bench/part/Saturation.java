package io.millrace.bench.part;

import io.millrace.bench.Endpoint;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Samples;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Ten times as many jobs as can be run, for a minute, whatever comes back. */
public final class Saturation implements Part {

  private static final int QUEUE = 20;
  private static final int SLOTS = 2;
  private static final int TIMES = 10;
  private static final int SECONDS = 60;
  private static final int SENDERS = 64;
  private static final double JOB_SECONDS = 0.2;
  private static final String CODE = "import time\ntime.sleep(" + JOB_SECONDS + ")";
  private static final int PER_SECOND = (int) Math.round(TIMES * SLOTS / JOB_SECONDS);
  private static final int HEAP_LOOK_SECONDS = 1;

  @Override
  public String name() {
    return "saturation";
  }

  @Override
  public String title() {
    return "Ten times what can be run";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    Map<String, String> settings =
        Map.of("MILLRACE_QUEUE_MAX_LENGTH", "" + QUEUE, "MILLRACE_WORKER_SLOTS", "" + SLOTS);
    try (Installation installation = Installation.up(lab.options().launcher(), settings)) {
      Hello.warmUp(installation.endpoint());
      Settled.await(installation);
      Run run = new Run(installation);
      run.measure();
      Settled.await(installation);
      return section(run);
    }
  }

  private Section section(Run run) {
    Samples refusals = Samples.of(run.refusals);
    double[] waits = new double[run.accepted.size()];
    int i = 0;
    for (String job : run.accepted) {
      waits[i++] = Settled.waited(run.async, job);
    }
    Table table =
        new Table(
            "202",
            "429",
            "other",
            "429 p50 ms",
            "429 p99 ms",
            "slowest",
            "wait p99 ms",
            "computed");
    table.row(
        run.accepted.size(),
        refusals.size(),
        run.others.get(),
        refusals.median(),
        refusals.percentile(99),
        refusals.percentile(100),
        Samples.of(waits).percentile(99),
        1000 * (QUEUE + 1) * JOB_SECONDS / SLOTS);
    int third = run.heap.size() / 3;
    String text =
        PER_SECOND
            + " jobs a second of "
            + JOB_SECONDS
            + " s for "
            + SECONDS
            + " s, onto two slots with a queue of "
            + QUEUE
            + "; each time counts from when its job was due to be sent. Computed is the wait of a"
            + " job that comes last into a full queue.\n\n"
            + table
            + "\nThe gateway's heap after collections, in the first and in the last third: "
            + Table.number(floor(run.heap.subList(0, third)))
            + " and "
            + Table.number(floor(run.heap.subList(2 * third, run.heap.size())))
            + " MB.\n";
    return new Section(name(), title(), text, Map.of());
  }

  /** What is left when garbage has just been collected. */
  private static double floor(List<Double> heap) {
    return heap.stream().mapToDouble(each -> each).min().orElse(Double.NaN) / (1 << 20);
  }

  private static final class Run {
    private final Installation installation;
    private final Endpoint async;
    private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
    private final Queue<Double> refusals = new ConcurrentLinkedQueue<>();
    private final AtomicInteger others = new AtomicInteger();
    private final AtomicInteger next = new AtomicInteger();
    private final List<Double> heap = new ArrayList<>();

    Run(Installation installation) {
      this.installation = installation;
      this.async = installation.endpoint().with("Prefer: respond-async");
    }

    void measure() throws InterruptedException {
      ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
      long begun = System.nanoTime();
      try {
        for (int i = 0; i < SENDERS; i++) {
          senders.submit(() -> send(begun));
        }
        senders.shutdown();
        while (!senders.awaitTermination(HEAP_LOOK_SECONDS, TimeUnit.SECONDS)) {
          heap.add(installation.heap());
        }
      } finally {
        senders.shutdownNow();
      }
    }

    private Void send(long begun) throws InterruptedException {
      for (int i = next.getAndIncrement(); i < SECONDS * PER_SECOND; i = next.getAndIncrement()) {
        long due = begun + i * TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        Answer answer = async.run(CODE);
        switch (answer.status()) {
          case 202 -> accepted.add(Settled.body(answer).get("job_id").asString());
          case 429 -> refusals.add((System.nanoTime() - due) / 1e6);
          default -> others.incrementAndGet();
        }
      }
      return null;
    }
  }
}
