package io.millrace.bench.part;

import com.sun.net.httpserver.HttpServer;
import io.millrace.bench.Endpoint;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Samples;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The first thing that a new installation is asked: more requests at once than its queue takes. How
 * long a caller waits to be told no.
 */
public final class Cold implements Part {

  private static final int CALLERS = 300;
  private static final int QUEUE = 20;
  private static final int STARTS = 3;
  private static final Map<String, String> SETTINGS =
      Map.of("MILLRACE_QUEUE_MAX_LENGTH", "" + QUEUE);

  /** So long that no place comes free meanwhile. */
  private static final String CODE = "import time\ntime.sleep(2)";

  @Override
  public String name() {
    return "cold";
  }

  @Override
  public String title() {
    return "A burst right after the start";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    warmCallersUp();
    List<Answer> roles = new ArrayList<>();
    List<Answer> up = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      try (Installation own = Installation.ofWorkers(lab.options().launcher(), SETTINGS, 1)) {
        roles.addAll(burst(own.endpoint()));
      }
      try (Installation own = Installation.up(lab.options().launcher(), SETTINGS)) {
        own.awaitWelcome();
        up.addAll(burst(own.endpoint()));
      }
    }
    Table table = new Table("started by", "429", "other", "p50 ms", "p99 ms", "slowest ms");
    row(table, "`gateway` and `worker`", roles);
    row(table, "`up`", up);
    String text =
        CALLERS
            + " callers send one request each at once, each on a connection of its own, as soon as the"
            + " installation says that it is ready; the queue takes "
            + QUEUE
            + ". The callers' own code has run before. "
            + STARTS
            + " starts of each.\n\n"
            + table;
    return new Section(name(), title(), text, Map.of());
  }

  private static void row(Table table, String what, List<Answer> answers) {
    Samples refusals =
        Samples.of(
            answers.stream()
                .filter(each -> each.status() == 429)
                .mapToDouble(Answer::millis)
                .toArray());
    table.row(
        what,
        refusals.size(),
        answers.size() - refusals.size(),
        refusals.percentile(50),
        refusals.percentile(99),
        refusals.percentile(100));
  }

  private static List<Answer> burst(Endpoint endpoint) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    CountDownLatch go = new CountDownLatch(1);
    Endpoint async = endpoint.with("Prefer: respond-async");
    try {
      List<Future<Answer>> all = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        all.add(
            threads.submit(
                () -> {
                  go.await();
                  return async.run(CODE);
                }));
      }
      go.countDown();
      List<Answer> answers = new ArrayList<>();
      for (Future<Answer> one : all) {
        answers.add(one.get());
      }
      return answers;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a caller broke", e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  /** Against a server that says no to everything. */
  private static void warmCallersUp() throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CALLERS);
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(429, -1);
            exchange.close();
          });
      server.start();
      URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      for (int i = 0; i < 5; i++) {
        burst(new Endpoint(url, List.of(), Installation.BODY));
      }
      server.stop(0);
    } catch (IOException e) {
      throw new UncheckedIOException("no server to warm up with", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
