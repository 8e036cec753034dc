package io.millrace.webhook.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * InFlight for a bounded number of attempts in flight, in all, to each receiver and for each owner.
 * Nobody queues in it: who finds no room is told when to come again, each a little later than the
 * one before, at the pace at which the receiver last answered. So a backlog for a hanging receiver
 * comes back as slowly as it can be served. Thread-safe.
 */
final class InFlight {

  /** What may be in flight; {@code bytes} of message bodies. */
  record Limits(int all, int perReceiver, int perOwner, long bytes) {

    Limits quarter() {
      return new Limits(all / 4, perReceiver / 4, perOwner / 4, bytes / 4);
    }
  }

  private static final long SHORTEST_WAIT_MS = 100;
  private static final long LONGEST_WAIT_MS = 60_000;

  private static final class Count {
    private int inFlight;
    private long lastTookMs = SHORTEST_WAIT_MS;
    private double nextTurn;
  }

  private final Limits limits;
  private final Clock clock;
  private final Count everybody = new Count();
  private final Map<String, Count> receivers = new HashMap<>();
  private final Map<String, Count> owners = new HashMap<>();
  private long bytes;

  InFlight(Limits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  synchronized Turn enter(String receiver, String owner, int size) {
    long now = clock.millis();
    Count toReceiver = receivers.computeIfAbsent(receiver, name -> new Count());
    Count forOwner = owners.computeIfAbsent(owner, name -> new Count());
    Optional<Turn> full = full(toReceiver, forOwner, size, now);
    if (full.isPresent()) {
      forgetIdle(receiver, owner);
      return full.get();
    }
    toReceiver.inFlight++;
    forOwner.inFlight++;
    everybody.inFlight++;
    bytes += size;
    return new Turn.Now(() -> leave(receiver, owner, size, now));
  }

  synchronized int inFlight() {
    return everybody.inFlight;
  }

  /** Receivers and owners of which something is remembered. */
  synchronized int known() {
    return receivers.size() + owners.size();
  }

  private synchronized void leave(String receiver, String owner, int size, long since) {
    long took = Math.max(1, clock.millis() - since);
    for (Count count : new Count[] {everybody, receivers.get(receiver), owners.get(owner)}) {
      count.inFlight--;
      count.lastTookMs = took;
    }
    bytes -= size;
    forgetIdle(receiver, owner);
    notifyAll();
  }

  /** Waits until nothing is in flight, for at most {@code millis}; answers whether it is so. */
  synchronized boolean awaitIdle(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (everybody.inFlight > 0) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  private void forgetIdle(String receiver, String owner) {
    receivers.computeIfPresent(receiver, (name, count) -> count.inFlight == 0 ? null : count);
    owners.computeIfPresent(owner, (name, count) -> count.inFlight == 0 ? null : count);
  }

  private Optional<Turn> full(Count toReceiver, Count forOwner, int size, long now) {
    if (toReceiver.inFlight >= limits.perReceiver()) {
      return Optional.of(full(toReceiver, limits.perReceiver(), now));
    }
    if (forOwner.inFlight >= limits.perOwner()) {
      return Optional.of(full(forOwner, limits.perOwner(), now));
    }
    boolean tooManyBytes = bytes > 0 && bytes + size > limits.bytes();
    return everybody.inFlight >= limits.all() || tooManyBytes
        ? Optional.of(full(everybody, limits.all(), now))
        : Optional.empty();
  }

  private static Turn full(Count count, int limit, long now) {
    double pace = (double) count.lastTookMs / limit;
    count.nextTurn = Math.max(count.nextTurn, now + SHORTEST_WAIT_MS) + pace;
    long wait = Math.min((long) count.nextTurn - now, LONGEST_WAIT_MS);
    return new Turn.Later(Duration.ofMillis(wait));
  }
}
