package io.millrace.bench.part;

import io.millrace.bench.BarePython;
import io.millrace.bench.Callers;
import io.millrace.bench.Endpoint;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Measured;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * One-line programs by one request, beside the same jobs sent one by one and beside bare python3;
 * and another key's jobs beside them.
 */
public final class Batch implements Part {

  private static final String BATCHES = "/v1/batches";
  private static final String CODE = "print(input_data)";
  private static final int CALLERS = 16;
  private static final int ONE_BY_ONE = 100;
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Run(double acceptedMillis, double seconds, int good, double heapGrowth) {}

  @Override
  public String name() {
    return "batch";
  }

  @Override
  public String title() {
    return "Many jobs by one request";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    int jobs = lab.options().burst();
    try (Installation up = Installation.ofWorkers(lab.options().launcher(), Map.of(), 1)) {
      Hello.warmUp(up.endpoint(), lab.options().warmUp());
      run(up, Math.max(1, jobs / 10));
      Measured bare = BarePython.loop("input_data = 7; " + CODE, CALLERS, lab.options().loop());
      Measured single =
          Callers.loop(
              up.endpoint().sibling("/v1/jobs", "{\"code\":${code},\"input\":7}"),
              CODE,
              "\"stdout\":\"7\\n\"",
              CALLERS,
              lab.options().loop());
      Run batch = run(up, jobs);
      Measured alone = Callers.sequential(up.other(), Hello.CODE, Hello.SHOWN, ONE_BY_ONE);
      String beside = send(up, jobs);
      Measured others = Callers.sequential(up.other(), Hello.CODE, Hello.SHOWN, ONE_BY_ONE);
      boolean ran = left(up, beside) > 0;
      up.endpoint().ask("DELETE", BATCHES + "/" + beside);
      return section(jobs, bare, single, batch, alone, others, ran);
    }
  }

  private static Answer post(Installation up, int jobs) {
    String inputs =
        IntStream.range(0, jobs).mapToObj(String::valueOf).collect(Collectors.joining(","));
    Endpoint batches =
        up.endpoint().sibling(BATCHES, "{\"code\":${code},\"inputs\":[" + inputs + "]}");
    Answer answer = batches.run(CODE);
    if (answer.status() != 202) {
      throw new IllegalStateException(
          "the batch was answered " + answer.status() + " " + answer.body());
    }
    return answer;
  }

  private static String send(Installation up, int jobs) {
    return id(post(up, jobs));
  }

  private static String id(Answer accepted) {
    return JSON.readTree(accepted.body()).path("batch_id").asString();
  }

  private static Run run(Installation up, int jobs) {
    double heap = up.heap();
    long begun = System.nanoTime();
    Answer accepted = post(up, jobs);
    String path = BATCHES + "/" + id(accepted);
    JsonNode batch;
    do {
      batch = JSON.readTree(up.endpoint().ask("GET", path + "?wait=300").body());
    } while (batch.path("state").asString().equals("running"));
    double seconds = (System.nanoTime() - begun) / 1e9;
    List<String> lines = up.endpoint().ask("GET", path + "/results").body().lines().toList();
    long good = IntStream.range(0, lines.size()).filter(i -> isOwn(lines.get(i), i)).count();
    return new Run(accepted.millis(), seconds, (int) good, up.heap() - heap);
  }

  private static boolean isOwn(String line, int index) {
    JsonNode result = JSON.readTree(line);
    return result.path("index").asInt() == index
        && result.at("/reply/response/stdout").asString().equals(index + "\n");
  }

  private static int left(Installation up, String id) {
    JsonNode counts =
        JSON.readTree(up.endpoint().ask("GET", BATCHES + "/" + id).body()).path("counts");
    return counts.path("queued").asInt() + counts.path("running").asInt();
  }

  private Section section(
      int jobs,
      Measured bare,
      Measured single,
      Run batch,
      Measured alone,
      Measured others,
      boolean ran) {
    double rate = jobs / batch.seconds();
    Table rates = new Table("", "jobs/s", "beside python3", "beside one by one", "errors");
    rates.row("python3 -c, " + CALLERS + " at once", bare.rate(), 1.0, "", bare.errors());
    rates.row(
        "one by one, " + CALLERS + " callers",
        single.rate(),
        single.rate() / bare.rate(),
        1.0,
        single.errors());
    rates.row(
        "one request of " + jobs,
        rate,
        rate / bare.rate(),
        rate / single.rate(),
        jobs - batch.good());
    Table besides = new Table("another key, one job at a time", "p50 ms", "p95 ms", "errors");
    besides.row("alone", alone.samples().median(), alone.samples().percentile(95), alone.errors());
    besides.row(
        ran ? "beside the batch" : "beside the batch, which ended before",
        others.samples().median(),
        others.samples().percentile(95),
        others.errors());
    String text =
        "The batch was accepted after "
            + Table.number(batch.acceptedMillis())
            + " ms. Its results came in order, "
            + batch.good()
            + " of "
            + jobs
            + " with their own output; the gateway's heap held "
            + Table.number(batch.heapGrowth() / (1 << 20))
            + " MiB more afterwards, garbage included.\n\n"
            + rates
            + "\n"
            + besides;
    return new Section(name(), title(), text, Map.of());
  }
}
