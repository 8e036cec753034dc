package io.millrace.e2e.soak;

import io.millrace.e2e.Await;
import io.millrace.e2e.roles.BrokerRole;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.Role;
import io.millrace.e2e.roles.Signals;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Chooses what goes wrong next: each fault once, in any order, before one comes again; the same for
 * the same seed. Not thread-safe.
 */
final class Nemesis {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MOMENT = Duration.ofSeconds(5);

  /** Longer than a lease: a frozen worker's jobs are another's when it wakes up. */
  private static final Duration LONG_MOMENT = Duration.ofSeconds(8);

  private static final Duration DRAIN = Duration.ofSeconds(45);

  /**
   * A fault.
   *
   * @param forgets whether results that nobody has read yet may be gone
   */
  record Fault(String name, boolean forgets, Runnable breaking) {}

  private final Random random;
  private final Cluster cluster;

  /** Places of those that have not come yet. */
  private final Deque<Integer> left = new ArrayDeque<>();

  Nemesis(long seed, Cluster cluster) {
    this.random = new Random(seed);
    this.cluster = cluster;
  }

  /** How long the load is left alone before the next fault. */
  Duration calm() {
    return Duration.ofMillis(3_000 + random.nextInt(9_000));
  }

  Fault next() {
    Role worker = cluster.worker(random.nextInt(cluster.workers().size()));
    Role gateway = cluster.gateway(random.nextInt(cluster.gateways().size()));
    List<Fault> faults =
        List.of(
            fault("kill -9 " + worker.name(), worker::kill),
            fault("kill -9 " + gateway.name(), gateway::kill),
            fault("kill -9 Redis", cluster.redis()::kill),
            fault("kill -9 broker", cluster.broker()::kill),
            fault("kill -9 the jobs' leader", this::killLeader),
            fault("SIGTERM " + worker.name(), () -> stop(worker)),
            fault("SIGTERM " + gateway.name(), () -> stop(gateway)),
            fault("SIGTERM broker", cluster.broker()::stop),
            freeze(worker.name(), worker.process(), LONG_MOMENT),
            freeze(gateway.name(), gateway.process(), MOMENT),
            freeze("Redis", cluster.redis().process(), MOMENT),
            freeze("broker", cluster.broker().process(), LONG_MOMENT),
            fault("cut Redis connections", () -> redis("CLIENT", "KILL", "TYPE", "normal")),
            spell("pause Redis writes", "CLIENT PAUSE 5000 WRITE", "PING"),
            spell("fill Redis", "CONFIG SET maxmemory 1mb", "CONFIG SET maxmemory 0"),
            spell(
                "Redis may evict",
                "CONFIG SET maxmemory-policy volatile-lru",
                "CONFIG SET maxmemory-policy noeviction"),
            spell("Redis read-only", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
            fault(
                "cut Redis's last second",
                () -> cluster.redis().loseWritesOf(() -> Await.pass(SECOND))),
            fault("Redis's replica takes over", cluster.redis()::replicaTakesOver),
            new Fault("empty Redis", true, () -> redis("FLUSHALL")));
    if (left.isEmpty()) {
      List<Integer> all = new ArrayList<>(IntStream.range(0, faults.size()).boxed().toList());
      Collections.shuffle(all, random);
      left.addAll(all);
    }
    return faults.get(left.pop());
  }

  private void killLeader() {
    BrokerRole brokers = cluster.broker();
    brokers.kill(brokers.leaderOf("millrace.jobs"));
    Await.pass(MOMENT);
  }

  private static Fault fault(String name, Runnable breaking) {
    return new Fault(name, false, breaking);
  }

  private static Fault freeze(String name, ProcessHandle process, Duration time) {
    return fault(
        "freeze " + name,
        () -> {
          Signals.stop(process);
          Await.pass(time);
          Signals.cont(process);
        });
  }

  private Fault spell(String name, String begin, String end) {
    return fault(
        name,
        () -> {
          redis(begin.split(" "));
          Await.pass(MOMENT);
          redis(end.split(" "));
        });
  }

  private static void stop(Role role) {
    role.terminate();
    role.awaitExit(DRAIN);
  }

  private void redis(String... command) {
    cluster.redis().commands().say(command);
  }
}
