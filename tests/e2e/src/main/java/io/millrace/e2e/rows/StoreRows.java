package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Driver;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.fault.FaultProxy;
import io.millrace.e2e.fault.Resp;
import io.millrace.e2e.roles.BrokerRole;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Probe;
import io.millrace.e2e.roles.RedisRole;
import io.millrace.e2e.roles.Role;
import io.millrace.e2e.roles.Signals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The broker or Redis goes away, freezes, fills up, forgets. */
final class StoreRows {

  private static final Duration AWAY = Duration.ofSeconds(5);

  /** To a Redis that is far away. */
  private static final Duration ROUND_TRIP = Duration.ofMillis(300);

  private static final int MOST_TRIPS = 6;

  private StoreRows() {}

  /** K1. */
  static void brokerStopped(Trial trial) throws Exception {
    BrokerRole broker = trial.cluster().broker();
    Outage.of(trial, "the broker is stopped").run(AWAY, broker::stop, broker::restart);
  }

  /** K2. */
  static void brokerKilled(Trial trial) throws Exception {
    BrokerRole broker = trial.cluster().broker();
    Outage.of(trial, "the broker is killed").run(AWAY, broker::kill, broker::restart);
  }

  /** K3. */
  static void brokerFrozen(Trial trial) throws Exception {
    ProcessHandle broker = trial.cluster().broker().process();
    Outage.of(trial, "the broker is frozen")
        .run(Duration.ofSeconds(10), () -> Signals.stop(broker), () -> Signals.cont(broker));
  }

  /** R1. */
  static void redisKilled(Trial trial) throws Exception {
    RedisRole redis = trial.cluster().redis();
    Outage.of(trial, "Redis is killed").run(AWAY, redis::kill, redis::restart);
  }

  /** R16. */
  static void replicaTakesOver(Trial trial) throws Exception {
    Outage.of(trial, "Redis's replica takes over").shake(trial.cluster().redis()::replicaTakesOver);
  }

  /** R17. */
  static void clusterKilled(Trial trial) throws Exception {
    RedisRole redis = trial.cluster().redis();
    Outage.of(trial, "the Redis Cluster is killed").run(AWAY, redis::kill, redis::restart);
  }

  /** R2. */
  static void redisEmptied(Trial trial) throws Exception {
    Resp redis = trial.cluster().redis().commands();
    String queued = trial.enqueue("before", Duration.ofSeconds(4));
    trial.awaitStart(queued, 1, Duration.ofSeconds(15));
    Outage.thatForgets(trial, "Redis is emptied", Mode.WEBHOOK)
        .shake(
            () -> {
              redis.say("FLUSHALL");
              Await.until(
                  "the gate is open again",
                  Duration.ofSeconds(20),
                  () -> redis.text("EXISTS", "{millrace}:epoch").equals("1"));
            });
  }

  /** R3. */
  static void redisFrozen(Trial trial) throws Exception {
    ProcessHandle redis = trial.cluster().redis().process();
    Outage.of(trial, "Redis is frozen")
        .run(Duration.ofSeconds(8), () -> Signals.stop(redis), () -> Signals.cont(redis));
  }

  /** R4. */
  static void redisPaused(Trial trial) throws Exception {
    Resp redis = trial.cluster().redis().commands();
    Outage.of(trial, "writes to Redis are paused")
        .run(
            AWAY,
            () -> redis.say("CLIENT", "PAUSE", "60000", "WRITE"),
            () -> redis.say("CLIENT", "UNPAUSE"));
  }

  /** R5. */
  static void redisFull(Trial trial) throws Exception {
    Resp redis = trial.cluster().redis().commands();
    Outage.of(trial, "Redis is full")
        .run(
            AWAY,
            () -> redis.say("CONFIG", "SET", "maxmemory", "1mb"),
            () -> redis.say("CONFIG", "SET", "maxmemory", "0"));
  }

  /** R6. */
  static void redisReadOnly(Trial trial) throws Exception {
    Resp redis = trial.cluster().redis().commands();
    Outage.of(trial, "Redis is read-only")
        .run(
            AWAY,
            () -> redis.say("REPLICAOF", "127.0.0.1", "1"),
            () -> redis.say("REPLICAOF", "NO", "ONE"));
  }

  /** R7. */
  static void redisConnectionsCut(Trial trial) throws Exception {
    Resp redis = trial.cluster().redis().commands();
    Outage.of(trial, "every connection to Redis is cut each second")
        .shake(
            () -> {
              for (int i = 0; i < 8; i++) {
                redis.say("CLIENT", "KILL", "TYPE", "normal");
                redis.say("CLIENT", "KILL", "TYPE", "pubsub");
                Await.pass(Duration.ofSeconds(1));
              }
            });
  }

  /** R8: a gateway that is far from Redis. */
  static void redisFarAway(Trial trial) throws Exception {
    try (FaultProxy proxy = FaultProxy.to(trial.cluster().redis().port());
        Role gateway =
            trial.cluster().launch().throughRedis(proxy.port()).gateway("gateway-far-away")) {
      gateway.awaitReady();
      Driver driver = new Driver(trial.history(), List.of(Trial.client(gateway)), trial.hooks());
      driver.submit(Program.sleeping("near", Duration.ZERO), Mode.WAIT, 0).join();
      proxy.delay(ROUND_TRIP.dividedBy(2), Duration.ZERO);
      for (int i = 0; i < 5; i++) {
        Answer answer =
            driver.submit(Program.sleeping("far-" + i, Duration.ZERO), Mode.WAIT, 0).join();
        require(
            answer instanceof Answer.Told told && told.status() == 200, "it answered " + answer);
        double trips = (double) answer.took().toMillis() / ROUND_TRIP.toMillis();
        trial.figure("a job took %.1f round trips of its gateway".formatted(trips));
        require(trips < MOST_TRIPS + 1, "a job took " + trips + " round trips");
      }
    }
    trial.finish();
  }

  /** R9. */
  static void aResultExpires(Trial trial) throws Exception {
    String job = trial.enqueue("r9", Duration.ZERO);
    trial.awaitState(job, "succeeded", Duration.ofSeconds(15));
    trial.finish();
    trial.cluster().redis().commands().say("PEXPIRE", "{millrace}:job:" + job, "1");
    Await.until("it is gone", Duration.ofSeconds(2), () -> trial.state(job).isEmpty());
    Await.pass(Duration.ofSeconds(6));
    require(trial.state(job).isEmpty(), "an expired job came back as " + trial.state(job));
  }

  /** R10. */
  static void redisLosesItsLastSecond(Trial trial) throws Exception {
    Map<String, String> keyed = new HashMap<>();
    Outage.of(trial, "Redis loses its last second")
        .shake(
            () ->
                trial
                    .cluster()
                    .redis()
                    .loseWritesOf(
                        () -> {
                          long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
                          for (int i = 0; System.nanoTime() < end; i++) {
                            String k = "keyed-" + i;
                            keyed.put(k, sendKeyed(trial, k));
                            Await.pass(Duration.ofMillis(50));
                          }
                        }));
    for (Map.Entry<String, String> each : keyed.entrySet()) {
      String repeated = sendKeyed(trial, each.getKey());
      require(
          repeated.equals(each.getValue()),
          each.getKey() + " ran as " + each.getValue() + " and again as " + repeated);
    }
    trial.figure(keyed.size() + " jobs with an Idempotency-Key in the second that was lost");
    trial.finish();
  }

  private static String sendKeyed(Trial trial, String k) {
    Answer answer =
        trial
            .driver()
            .submit(Program.sleeping(k, Duration.ZERO), Mode.ASYNC, 0, "Idempotency-Key", k)
            .join();
    require(
        answer instanceof Answer.Told told && told.status() < 300,
        k + " was not accepted: " + answer);
    return ((Answer.Told) answer).jobId();
  }

  /** R11. */
  static void redisEvicts(Trial trial) throws Exception {
    Resp redis = trial.cluster().redis().commands();
    trial.fault(
        "Redis may evict",
        () -> {
          redis.say("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
          for (Role gateway : trial.cluster().gateways()) {
            Await.until(
                gateway.name() + " says that it takes no job",
                Duration.ofSeconds(5),
                () -> !Probe.reachesItsStores(gateway.spec().managementPort()));
          }
          redis.say("CONFIG", "SET", "maxmemory-policy", "noeviction");
        });
    trial.cluster().gateways().forEach(Role::awaitReady);
    trial.enqueue("after", Duration.ZERO);
    trial.finish();
  }

  /** R12: a backlog longer than results are kept. */
  static void cancelledJobsOfALongBacklog(Trial trial) throws Exception {
    List<String> holding = new ArrayList<>();
    for (int i = 0; i < ClusterPlan.SLOTS * trial.cluster().workers().size(); i++) {
      holding.add(trial.enqueue("holds-" + i, Duration.ofSeconds(50)));
    }
    for (String job : holding) {
      trial.awaitStart(job, 1, Duration.ofSeconds(10));
    }
    List<String> cancelled = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      cancelled.add(trial.enqueue("cancelled-" + i, Duration.ZERO));
    }
    String last = trial.enqueue("last", Duration.ZERO);
    for (String job : cancelled) {
      trial.client(0).cancel(job);
      trial.awaitState(job, "cancelled", Duration.ofSeconds(5));
      trial.cluster().redis().commands().say("PEXPIRE", "{millrace}:job:" + job, "1");
    }
    holding.forEach(trial.client(0)::cancel);
    trial.awaitState(last, "succeeded", Duration.ofSeconds(30));
    for (String job : cancelled) {
      require(trial.starts(job).isEmpty(), "a cancelled job ran: " + job);
    }
  }
}
