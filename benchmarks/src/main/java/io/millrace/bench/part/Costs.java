package io.millrace.bench.part;

import com.sun.net.httpserver.HttpServer;
import io.millrace.bench.Endpoint;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Stores;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What a job, and a second without one, take from Redis and Kafka: by the stores' own counts and
 * the cpu time of each process. What docs/scaling.md computes with.
 */
public final class Costs implements Part {

  private static final int JOBS = 500;
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final long BEAT_MILLIS = 50;
  private static final List<String> PROCESSES =
      List.of("redis", "Kafka", "api-gateway", "executor-worker", "sandboxes and others");

  private interface Work {
    void run() throws InterruptedException;
  }

  @Override
  public String name() {
    return "costs";
  }

  @Override
  public String title() {
    return "What a job takes from Redis and Kafka";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    Map<String, String> settings = Map.of("MILLRACE_WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8");
    HttpServer receiver = receiver();
    try (Installation installation = Installation.ofWorkers(lab.options().launcher(), settings, 1);
        Stores stores = installation.stores()) {
      Endpoint endpoint = installation.endpoint();
      Hello.warmUp(endpoint, lab.options().warmUp());
      TreeMap<String, Double> idle =
          spent(installation, stores, () -> TimeUnit.MILLISECONDS.sleep(IDLE.toMillis()));
      double seconds = idle.getOrDefault("seconds", 1.0);
      idle.replaceAll((name, count) -> count / seconds);
      Map<String, TreeMap<String, Double>> jobs = new LinkedHashMap<>();
      Endpoint async = endpoint.with("Prefer: respond-async");
      Endpoint hooked =
          new Endpoint(
              async.url(),
              async.headers(),
              "{\"webhook_url\": \"" + url(receiver) + "\", " + Installation.BODY.substring(1));
      String large = "print('x' * 100_000)";
      jobs.put(
          "`print`, its caller waits", perJob(installation, stores, idle, endpoint, Hello.CODE));
      jobs.put("the same, 202 at once", perJob(installation, stores, idle, async, Hello.CODE));
      jobs.put("the same, with a webhook", perJob(installation, stores, idle, hooked, Hello.CODE));
      jobs.put(
          "100 KB of output, its caller waits",
          perJob(installation, stores, idle, endpoint, large));
      return section(idle, jobs);
    } finally {
      receiver.stop(0);
    }
  }

  /** What one job takes beside what an idle installation takes in its time. */
  private static TreeMap<String, Double> perJob(
      Installation installation,
      Stores stores,
      TreeMap<String, Double> idle,
      Endpoint endpoint,
      String code)
      throws InterruptedException {
    TreeMap<String, Double> all =
        spent(
            installation,
            stores,
            () -> {
              for (int i = 0; i < JOBS; i++) {
                Endpoint.Answer answer = endpoint.run(code);
                if (answer.status() != 200 && answer.status() != 202) {
                  throw new IllegalStateException(answer.status() + " " + answer.body());
                }
              }
              awaitAllEnded(installation);
            });
    double seconds = all.getOrDefault("seconds", 0.0);
    all.replaceAll((name, count) -> (count - idle.getOrDefault(name, 0.0) * seconds) / JOBS);
    return all;
  }

  private static void awaitAllEnded(Installation installation) throws InterruptedException {
    while (installation.queue().path("queue_length").asInt() > 0
        || installation.queue().path("running").asInt() > 0) {
      TimeUnit.MILLISECONDS.sleep(BEAT_MILLIS);
    }
    // Webhooks and acknowledgements follow.
    TimeUnit.SECONDS.sleep(1);
  }

  private static TreeMap<String, Double> spent(Installation installation, Stores stores, Work work)
      throws InterruptedException {
    TreeMap<String, Double> before = counts(installation, stores);
    long begun = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - begun) / 1e9;
    TreeMap<String, Double> spent = counts(installation, stores);
    spent.replaceAll((name, count) -> count - before.getOrDefault(name, 0.0));
    spent.put("seconds", seconds);
    return spent;
  }

  private static TreeMap<String, Double> counts(Installation installation, Stores stores) {
    TreeMap<String, Double> counts = stores.counts();
    installation
        .cpu()
        .forEach((process, time) -> counts.put("cpu " + process, time.toNanos() / 1e6));
    return counts;
  }

  private Section section(TreeMap<String, Double> idle, Map<String, TreeMap<String, Double>> jobs) {
    Table table =
        new Table(
            "what",
            "scripts",
            "commands",
            "kB in",
            "kB out",
            "Kafka requests",
            "Redis ms",
            "Kafka ms",
            "gateway ms",
            "worker ms",
            "sandbox ms");
    jobs.forEach((what, costs) -> table.row(row(what, costs)));
    table.row(row("a second without a job", idle));
    String kinds =
        jobs.values().iterator().next().entrySet().stream()
            .filter(each -> each.getKey().startsWith("kafka ") && each.getValue() >= 0.005)
            .map(each -> each.getKey().substring(6) + " " + Table.number(each.getValue()))
            .collect(Collectors.joining(", "));
    String text =
        "One gateway, one worker, one broker, as processes of their own; "
            + JOBS
            + " jobs one after another, less what an idle second takes. Scripts and commands (those of"
            + " scripts among them) and bytes are Redis's, by `INFO`; requests are Kafka's, by its own"
            + " metrics; ms are cpu time.\n\n"
            + table
            + "\nKafka's requests of a job whose caller waits: "
            + kinds
            + ".\n";
    return new Section(name(), title(), text, Map.of());
  }

  private static Object[] row(String what, TreeMap<String, Double> costs) {
    List<Object> cells = new ArrayList<>();
    cells.add(what);
    cells.add(costs.getOrDefault("redis scripts", 0.0));
    cells.add(costs.getOrDefault("redis commands", 0.0));
    cells.add(costs.getOrDefault("redis bytes in", 0.0) / 1000);
    cells.add(costs.getOrDefault("redis bytes out", 0.0) / 1000);
    cells.add(
        costs.entrySet().stream()
            .filter(each -> each.getKey().startsWith("kafka "))
            .mapToDouble(Map.Entry::getValue)
            .sum());
    PROCESSES.forEach(process -> cells.add(costs.getOrDefault("cpu " + process, 0.0)));
    return cells.toArray();
  }

  private static HttpServer receiver() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("no receiver of webhooks", e);
    }
  }

  private static String url(HttpServer receiver) {
    return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
  }
}
