package io.millrace.bench.part;

import io.millrace.bench.Endpoint;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Lab;
import io.millrace.bench.Samples;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Far more jobs at once than the queue takes, sent by clients that obey 429. */
public final class Burst implements Part {

  private static final int CLIENTS = 200;
  private static final int QUEUE = 100;

  @Override
  public String name() {
    return "burst";
  }

  @Override
  public String title() {
    return "A burst, with clients that obey 429";
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    try (Lab.Subject subject = lab.subject(Map.of("MILLRACE_QUEUE_MAX_LENGTH", "" + QUEUE))) {
      Hello.warmUp(subject.endpoint());
      return section(new Run(subject.endpoint(), lab.options().burst()).measure());
    }
  }

  private Section section(Run run) {
    Table table =
        new Table(
            "jobs",
            "answered with their own output",
            "errors",
            "429 on the way",
            "seconds",
            "jobs/s",
            "slowest 429 ms");
    table.row(
        run.jobs,
        run.good.get(),
        run.jobs - run.good.get(),
        run.refusals.size(),
        run.seconds,
        run.good.get() / run.seconds,
        Samples.of(run.refusals).percentile(100));
    String text =
        CLIENTS
            + " clients share the jobs and send as fast as they may; the queue takes "
            + QUEUE
            + ". A client that gets 429 waits as `Retry-After` says and sends the job again.\n\n"
            + table
            + (run.complaints.isEmpty() ? "" : "\nThe first errors: " + run.complaints + "\n");
    return new Section(name(), title(), text, Map.of());
  }

  private static final class Run {
    private final Endpoint endpoint;
    private final int jobs;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger good = new AtomicInteger();
    private final Queue<Double> refusals = new ConcurrentLinkedQueue<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private double seconds;

    Run(Endpoint endpoint, int jobs) {
      this.endpoint = endpoint;
      this.jobs = jobs;
    }

    Run measure() throws InterruptedException {
      ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
      CountDownLatch ended = new CountDownLatch(CLIENTS);
      long begun = System.nanoTime();
      try {
        for (int i = 0; i < CLIENTS; i++) {
          threads.execute(() -> client(ended));
        }
        ended.await();
      } finally {
        threads.shutdownNow();
      }
      seconds = (System.nanoTime() - begun) / 1e9;
      return this;
    }

    private void client(CountDownLatch ended) {
      try {
        for (int job = next.getAndIncrement(); job < jobs; job = next.getAndIncrement()) {
          untilAnswered(job);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        ended.countDown();
      }
    }

    private void untilAnswered(int job) throws InterruptedException {
      String token = "job number " + job + ";";
      Answer answer = endpoint.run("print('" + token + "')");
      while (answer.status() == 429) {
        refusals.add(answer.millis());
        TimeUnit.MILLISECONDS.sleep((long) (answer.retryAfter().orElse(1.0) * 1000));
        answer = endpoint.run("print('" + token + "')");
      }
      if (answer.shows(token)) {
        good.incrementAndGet();
      } else if (complaints.size() < 3) {
        complaints.add(answer.status() + " " + answer.body());
      }
    }
  }
}
