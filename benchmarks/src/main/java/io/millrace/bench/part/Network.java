package io.millrace.bench.part;

import io.millrace.bench.BarePython;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Samples;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * 100 MB between a job and a host on loopback, through all that stands between them, beside the
 * same program that connects to that host itself; and the memory of what stands between.
 */
public final class Network implements Part {

  private static final long SIZE = 100_000_000;
  private static final double MEGABYTE = 1e6;
  private static final double MEBIBYTE = 1 << 20;
  private static final int ROUNDS = 9;
  private static final int WARM_UP = 10;
  private static final Pattern TOOK = Pattern.compile("took ([0-9.e-]+) s");
  private static final List<String> WAYS = List.of("download", "upload");

  /** How the job says where it wants to go: CONNECT, or a request with the whole URL. */
  private static final List<String> FORMS = List.of("tunnel", "url");

  @Override
  public String name() {
    return "network";
  }

  @Override
  public String title() {
    return "100 MB through the network of a job";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    Process host = BarePython.start(BarePython.program("network_host.py"));
    try (BufferedReader said = host.inputReader(StandardCharsets.UTF_8)) {
      int port = Integer.parseInt(said.readLine());
      Map<String, String> settings =
          Map.of(
              "MILLRACE_NETWORK_ALLOW",
              "127.0.0.1:" + port,
              "MILLRACE_NETWORK_ALLOWED_NETWORKS",
              "127.0.0.0/8");
      try (Installation up = Installation.ofWorkers(lab.options().launcher(), settings, 1)) {
        return measure(up, port);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the host did not come up", e);
    } finally {
      host.destroyForcibly();
    }
  }

  private Section measure(Installation up, int port) throws InterruptedException {
    Table table = new Table("", "direct MB/s", "the job's MB/s", "ratio", "worst ratio of a turn");
    for (String way : WAYS) { // compilers, and buffers that stay
      for (String form : FORMS) {
        for (int i = 0; i < WARM_UP; i++) {
          inJob(up, code(port, way, form));
        }
      }
    }
    up.forgetMemory();
    Map<String, Long> before = up.mostMemory();
    for (String way : WAYS) {
      for (String form : FORMS) {
        row(table, up, port, way, form);
      }
    }
    Map<String, Long> most = up.mostMemory();
    Table memory = new Table("resident MiB", "before", "at most");
    for (String process : List.of("executor-worker", "sandboxes and others")) {
      memory.row(
          process,
          before.getOrDefault(process, 0L) / MEBIBYTE,
          most.getOrDefault(process, 0L) / MEBIBYTE);
    }
    String text =
        "Medians of "
            + ROUNDS
            + " turns: `http.client` of a bare python3, then of a job, with the same host on loopback."
            + " A tunnel is what https uses (CONNECT); a URL is what http uses.\n\n"
            + table
            + "\nThe worker's memory before these "
            + ROUNDS * WAYS.size() * FORMS.size()
            + " transfers, which "
            + WARM_UP
            + " of each kind preceded, and the most that it had:\n\n"
            + memory;
    return new Section(name(), title(), text, Map.of());
  }

  private static void row(Table table, Installation up, int port, String way, String form)
      throws InterruptedException {
    List<Double> direct = new ArrayList<>();
    List<Double> through = new ArrayList<>();
    double worst = Double.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      double itself = seconds(BarePython.output(code(port, way, "direct")));
      double its = inJob(up, code(port, way, form));
      direct.add(itself);
      through.add(its);
      worst = Math.min(worst, itself / its);
    }
    double a = SIZE / MEGABYTE / median(direct);
    double b = SIZE / MEGABYTE / median(through);
    table.row(way + ", by a " + form, a, b, b / a, worst);
  }

  private static double median(List<Double> values) {
    return Samples.of(values).median();
  }

  private static double inJob(Installation up, String code) {
    Answer answer = up.endpoint().run(code);
    return seconds(answer.body());
  }

  private static double seconds(String said) {
    Matcher took = TOOK.matcher(said);
    if (!took.find()) {
      throw new IllegalStateException("the client did not come to its end: " + said);
    }
    return Double.parseDouble(took.group(1));
  }

  private static String code(int port, String way, String form) {
    return "port, size, way, form = %d, %d, '%s', '%s'\n".formatted(port, SIZE, way, form)
        + BarePython.program("network_client.py");
  }
}
