package io.millrace.bench.part;

import io.millrace.bench.Endpoint;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** A queue of 20 in front of two slots: what is accepted is done once, what is refused never. */
public final class SmallQueue implements Part {

  private static final int QUEUE = 20;
  private static final int SLOTS = 2;
  private static final int JOBS = 300;
  private static final int CLIENTS = 64;
  private static final double SECONDS = 0.2;
  private static final String CODE = "import time\ntime.sleep(" + SECONDS + ")";

  @Override
  public String name() {
    return "small-queue";
  }

  @Override
  public String title() {
    return "A small queue, with clients that obey 429 and with others";
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
      Table table =
          new Table(
              "clients",
              "202",
              "429",
              "other",
              "202 not done once",
              "429 that ran",
              "longest queue",
              "seconds",
              "by the best possible");
      row(table, "do not come back", new Run(installation, false));
      row(table, "obey Retry-After", new Run(installation, true));
      return new Section(
          name(),
          title(),
          CLIENTS
              + " clients share "
              + JOBS
              + " jobs of "
              + SECONDS
              + " s; the queue takes "
              + QUEUE
              + ", two slots run them. The best possible time for all of them is "
              + best(JOBS)
              + " s.\n\n"
              + table,
          Map.of());
    }
  }

  private static void row(Table table, String clients, Run run) throws InterruptedException {
    run.measure();
    table.row(
        clients,
        run.accepted.size(),
        run.refused.size(),
        run.others.get(),
        run.notDoneOnce(),
        run.refusedThatRan(),
        run.longest.get(),
        run.seconds,
        run.seconds / best(run.accepted.size()));
  }

  private static double best(int jobs) {
    return jobs * SECONDS / SLOTS;
  }

  private static final class Run {
    private final Installation installation;
    private final Endpoint async;
    private final boolean obedient;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();
    private final AtomicInteger longest = new AtomicInteger();
    private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private double seconds;

    Run(Installation installation, boolean obedient) {
      this.installation = installation;
      this.async = installation.endpoint().with("Prefer: respond-async");
      this.obedient = obedient;
    }

    void measure() throws InterruptedException {
      ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
      long begun = System.nanoTime();
      try {
        for (int i = 0; i < CLIENTS; i++) {
          threads.submit(this::client);
        }
        threads.shutdown();
        while (!threads.awaitTermination(10, TimeUnit.MILLISECONDS)) {
          note(installation.queue());
        }
      } finally {
        threads.shutdownNow();
      }
      Settled.await(installation);
      seconds = (System.nanoTime() - begun) / 1e9;
    }

    private Void client() throws InterruptedException {
      while (next.getAndIncrement() < JOBS) {
        Answer answer = submit();
        while (obedient && answer.status() == 429) {
          TimeUnit.MILLISECONDS.sleep((long) (answer.retryAfter().orElse(1.0) * 1000));
          answer = submit();
        }
      }
      return null;
    }

    private Answer submit() {
      Answer answer = async.run(CODE);
      if (answer.status() == 202 || answer.status() == 429) {
        JsonNode body = Settled.body(answer);
        note(body);
        (answer.status() == 202 ? accepted : refused).add(body.get("job_id").asString());
      } else {
        others.incrementAndGet();
      }
      return answer;
    }

    private void note(JsonNode body) {
      longest.accumulateAndGet(body.get("queue_length").asInt(), Math::max);
    }

    long notDoneOnce() {
      long count = 0;
      for (String job : List.copyOf(accepted)) {
        count += Settled.doneOnce(async, job) ? 0 : 1;
      }
      return count;
    }

    long refusedThatRan() {
      long count = 0;
      for (String job : List.copyOf(refused)) {
        count += Settled.neverWas(async, job) ? 0 : 1;
      }
      return count;
    }
  }
}
