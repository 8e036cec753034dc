package io.millrace.bench;

import io.millrace.bench.Endpoint.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A closed loop: each caller sends its next job when the answer to the last one is there. */
public final class Callers {

  private static final int COMPLAINTS_KEPT = 3;

  private final Endpoint endpoint;
  private final String code;
  private final String expected;
  private final Queue<Double> millis = new ConcurrentLinkedQueue<>();
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private final AtomicInteger errors = new AtomicInteger();

  private Callers(Endpoint endpoint, String code, String expected) {
    this.endpoint = endpoint;
    this.code = code;
    this.expected = expected;
  }

  /** So many jobs, one after another. */
  public static Measured sequential(Endpoint endpoint, String code, String expected, int jobs)
      throws InterruptedException {
    return new Callers(endpoint, code, expected).run(1, Duration.ofMinutes(30), jobs);
  }

  /** So many callers for that long. */
  public static Measured loop(
      Endpoint endpoint, String code, String expected, int callers, Duration time)
      throws InterruptedException {
    return new Callers(endpoint, code, expected).run(callers, time, Integer.MAX_VALUE);
  }

  private Measured run(int callers, Duration time, int jobs) throws InterruptedException {
    AtomicInteger left = new AtomicInteger(jobs);
    CountDownLatch go = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      List<Future<?>> all =
          IntStream.range(0, callers)
              .<Future<?>>mapToObj(i -> threads.submit(() -> call(go, left, time)))
              .toList();
      long begun = System.nanoTime();
      go.countDown();
      for (Future<?> one : all) {
        one.get();
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      double[] good = millis.stream().mapToDouble(Double::doubleValue).toArray();
      return new Measured(Samples.of(good), seconds, errors.get(), List.copyOf(complaints));
    } catch (ExecutionException e) {
      throw new IllegalStateException("a caller broke", e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private Void call(CountDownLatch go, AtomicInteger left, Duration time)
      throws InterruptedException {
    go.await();
    long end = System.nanoTime() + time.toNanos();
    while (left.getAndDecrement() > 0 && System.nanoTime() - end < 0) {
      note(endpoint.run(code));
    }
    return null;
  }

  private void note(Answer answer) {
    if (answer.shows(expected)) {
      millis.add(answer.millis());
    } else if (errors.incrementAndGet() <= COMPLAINTS_KEPT) {
      complaints.add(answer.status() + " " + answer.body().lines().findFirst().orElse(""));
    }
  }
}
