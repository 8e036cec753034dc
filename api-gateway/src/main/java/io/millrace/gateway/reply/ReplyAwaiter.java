package io.millrace.gateway.reply;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.GatewaySettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** The waiting room: which callers wait for which job. Bounded. Thread-safe, and never blocks. */
@Component
public final class ReplyAwaiter {

  private final int places;
  private final AtomicInteger taken = new AtomicInteger();
  private final ConcurrentHashMap<UUID, Set<Waiter>> waiting = new ConcurrentHashMap<>();
  private volatile boolean closed;

  public ReplyAwaiter(GatewaySettings settings, MeterRegistry meters) {
    this.places = settings.gateway().maxWaiting();
    meters.gauge("millrace.callers.waiting", taken);
    Gauge.builder("millrace.callers.places", () -> places).register(meters);
  }

  /** A place to wait for the job, to be taken before it is enqueued; empty when all are taken. */
  public Optional<Waiter> expect(UUID jobId) {
    if (taken.incrementAndGet() > places) {
      taken.decrementAndGet();
      return Optional.empty();
    }
    Waiter waiter = new Waiter(jobId, this);
    waiting.compute(
        jobId,
        (id, others) -> {
          Set<Waiter> all = others == null ? new HashSet<>(2) : others;
          all.add(waiter);
          return all;
        });
    if (closed) {
      waiter.reply().complete(Optional.empty());
    }
    return Optional.of(waiter);
  }

  boolean leave(Waiter waiter) {
    AtomicBoolean left = new AtomicBoolean();
    Set<Waiter> others =
        waiting.computeIfPresent(
            waiter.jobId(),
            (id, all) -> {
              left.set(all.remove(waiter));
              return all.isEmpty() ? null : all;
            });
    if (left.get()) {
      taken.decrementAndGet();
    }
    return left.get() && others == null;
  }

  /** Whether somebody here waits for the job. */
  public boolean isAwaited(UUID jobId) {
    return waiting.containsKey(jobId);
  }

  /** A job has ended. */
  void deliver(UUID jobId, ExecutionReply reply) {
    waiters(jobId).forEach(waiter -> waiter.reply().complete(Optional.of(reply)));
  }

  /** Every job that somebody waits for. */
  List<UUID> awaited() {
    return List.copyOf(waiting.keySet());
  }

  /** Tells all who wait, and all who will, that their jobs go on without them. */
  public void sendAllAway() {
    closed = true;
    for (UUID jobId : awaited()) {
      waiters(jobId).forEach(waiter -> waiter.reply().complete(Optional.empty()));
    }
  }

  /** Callers who wait now. */
  public int size() {
    return taken.get();
  }

  /** How many may wait. */
  public int places() {
    return places;
  }

  private List<Waiter> waiters(UUID jobId) {
    List<Waiter> copy = new ArrayList<>(2);
    waiting.computeIfPresent(
        jobId,
        (id, all) -> {
          copy.addAll(all);
          return all;
        });
    return copy;
  }
}
