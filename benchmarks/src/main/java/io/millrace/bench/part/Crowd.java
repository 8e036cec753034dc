package io.millrace.bench.part;

import io.millrace.bench.Endpoint;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.WaitingCallers;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Ten thousand callers who wait at once in one gateway with a small heap. */
public final class Crowd implements Part {

  private static final int CALLERS = 10_000;
  private static final int SLOTS = 2;
  private static final String HEAP = "-Xmx1g";
  private static final String HOLD = "import time\ntime.sleep(280)";

  @Override
  public String name() {
    return "crowd";
  }

  @Override
  public String title() {
    return "Ten thousand callers waiting at once";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    Map<String, String> settings =
        Map.of(
            "MILLRACE_QUEUE_MAX_LENGTH",
            "0",
            "MILLRACE_WORKER_SLOTS",
            "" + SLOTS,
            "JAVA_TOOL_OPTIONS",
            HEAP);
    try (Installation installation = Installation.ofWorkers(lab.options().launcher(), settings, 1);
        WaitingCallers callers = new WaitingCallers(installation.endpoint())) {
      Hello.warmUp(installation.endpoint());
      List<String> held = hold(installation.endpoint());
      for (int i = 0; i < CALLERS; i++) {
        callers.add("print('caller " + i + "')");
      }
      awaitWaiting(installation);
      double heap = installation.heap() / (1 << 20);
      double threads = installation.metric("jvm_threads_live_threads");
      long begun = System.nanoTime();
      for (String job : held) {
        installation.endpoint().ask("DELETE", "/v1/jobs/" + job);
      }
      int answered = callers.readAll(i -> "caller " + i);
      return section(heap, threads, answered, (System.nanoTime() - begun) / 1e9);
    }
  }

  /** Keeps every slot busy until all callers are there. */
  private static List<String> hold(Endpoint endpoint) {
    Endpoint async =
        new Endpoint(endpoint.url(), endpoint.headers(), "{\"code\": ${code}, \"timeout\": 300}");
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      jobs.add(
          Settled.body(async.with("Prefer: respond-async").run(HOLD)).get("job_id").asString());
    }
    return jobs;
  }

  private static void awaitWaiting(Installation installation) throws InterruptedException {
    long begun = System.nanoTime();
    while (installation.metric("millrace_callers_waiting") < CALLERS) {
      if (System.nanoTime() - begun > TimeUnit.MINUTES.toNanos(2)) {
        throw new IllegalStateException(
            installation.metric("millrace_callers_waiting") + " callers wait, not " + CALLERS);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private Section section(double heap, double threads, int answered, double seconds) {
    Table table =
        new Table(
            "waiting at once",
            "heap used MB",
            "threads",
            "answered with their own output",
            "seconds to answer all");
    table.row(CALLERS, heap, threads, answered, seconds);
    String text =
        "Each caller has a connection of its own and waits for a job that cannot start, since "
            + SLOTS
            + " sleeping jobs hold the slots; the gateway runs with `"
            + HEAP
            + "`. Then the slots are let go.\n\n"
            + table;
    return new Section(name(), title(), text, Map.of());
  }
}
