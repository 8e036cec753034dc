package io.millrace.bench.part;

import io.millrace.bench.Endpoint;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Samples;
import io.millrace.bench.report.LinePlot;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Whether a long queue makes accepting a job, asking for the queue, or taking a job slower. */
public final class QueueLength implements Part {

  private static final List<Integer> LENGTHS = List.of(0, 1_000, 5_000, 10_000);
  private static final int SLOTS = 2;
  private static final int SENDERS = 16;
  private static final int PROBES = 200;
  private static final String HOLD = "import time\ntime.sleep(280)";

  private record Point(int length, Samples accept, Samples ask) {}

  @Override
  public String name() {
    return "queue-length";
  }

  @Override
  public String title() {
    return "Growth with the queue's length";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    Map<String, String> settings =
        Map.of("MILLRACE_QUEUE_MAX_LENGTH", "0", "MILLRACE_WORKER_SLOTS", "" + SLOTS);
    try (Installation installation = Installation.up(lab.options().launcher(), settings)) {
      Hello.warmUp(installation.endpoint());
      Endpoint async = installation.endpoint().with("Prefer: respond-async");
      List<String> held = hold(async);
      List<Point> points = new ArrayList<>();
      for (int length : LENGTHS) {
        fill(async, length - length(installation));
        points.add(new Point(length(installation), accept(async), ask(installation.endpoint())));
      }
      double drained = drain(installation, held);
      return section(points, drained);
    }
  }

  private static List<String> hold(Endpoint async) {
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      JsonNode accepted =
          new ObjectMapper()
              .readTree(
                  new Endpoint(
                          async.url(), async.headers(), "{\"code\": ${code}, \"timeout\": 300}")
                      .run(HOLD)
                      .body());
      jobs.add(accepted.get("job_id").asString());
    }
    return jobs;
  }

  private static void fill(Endpoint async, int jobs) throws InterruptedException {
    ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
    try {
      IntStream.range(0, Math.max(jobs, 0))
          .forEach(i -> senders.submit(() -> async.run(Hello.CODE)));
      senders.shutdown();
      if (!senders.awaitTermination(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the queue could not be filled");
      }
    } finally {
      senders.shutdownNow();
    }
  }

  private static Samples accept(Endpoint async) {
    double[] millis = new double[PROBES];
    for (int i = 0; i < PROBES; i++) {
      millis[i] = async.run(Hello.CODE).millis();
    }
    return Samples.of(millis);
  }

  private static Samples ask(Endpoint endpoint) {
    double[] millis = new double[PROBES];
    for (int i = 0; i < PROBES; i++) {
      millis[i] = endpoint.ask("GET", "/v1/queue").millis();
    }
    return Samples.of(millis);
  }

  private static double drain(Installation installation, List<String> held)
      throws InterruptedException {
    int waiting = length(installation);
    for (String job : held) {
      installation.endpoint().ask("DELETE", "/v1/jobs/" + job);
    }
    long begun = System.nanoTime();
    while (length(installation) > 0
        && System.nanoTime() - begun < Duration.ofMinutes(5).toNanos()) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return (waiting - length(installation)) / ((System.nanoTime() - begun) / 1e9);
  }

  private static int length(Installation installation) {
    return installation.queue().get("queue_length").asInt();
  }

  private Section section(List<Point> points, double drained) {
    Table table = new Table("waiting", "accept p50 ms", "accept p99 ms", "`GET /v1/queue` p50 ms");
    points.forEach(
        point ->
            table.row(
                point.length(),
                point.accept().median(),
                point.accept().percentile(99),
                point.ask().median()));
    LinePlot plot =
        new LinePlot(
                "Milliseconds to accept a job",
                "jobs waiting",
                points.stream().map(point -> String.valueOf(point.length())).toList())
            .line("p50", points, point -> point.accept().median())
            .line("p99", points, point -> point.accept().percentile(99));
    String text =
        "Every slot is held by a sleeping job while the queue is filled; one caller then submits "
            + PROBES
            + " more with `Prefer: respond-async`. Let go, "
            + SLOTS
            + " slots emptied the queue at "
            + Table.number(drained)
            + " jobs/s.\n\n"
            + table;
    return new Section(name(), title(), text, Map.of("bench-queue-length.svg", plot.svg()));
  }
}
