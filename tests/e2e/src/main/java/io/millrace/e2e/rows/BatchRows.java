package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Batches;
import io.millrace.e2e.drive.HookReceiver;
import io.millrace.e2e.fault.Leftovers;
import io.millrace.e2e.fault.Resp;
import io.millrace.e2e.history.Event;
import io.millrace.e2e.history.History;
import io.millrace.e2e.roles.BrokerRole;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.RedisRole;
import io.millrace.e2e.roles.Role;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Something dies in the middle of a batch: its counts end true, and one webhook tells them. */
final class BatchRows {

  private static final int JOBS = 300;
  private static final int ENDED_BEFORE = 60;
  private static final String PROGRAM = "import time\ntime.sleep(0.05)\nprint(input_data)";
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration TO_THE_END = Duration.ofSeconds(120);
  private static final Duration TIDY = Duration.ofSeconds(45);

  private BatchRows() {}

  static ClusterPlan plan() {
    return ClusterPlan.usual("batches");
  }

  /** M1. */
  static void gatewayKilled(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateways().get(0);
    broken(
        trial,
        0,
        false,
        () -> {
          gateway.kill();
          gateway.restart();
        });
  }

  /** M2. */
  static void workerKilled(Trial trial) throws Exception {
    Role worker = trial.cluster().worker(0);
    broken(
        trial,
        ClusterPlan.SLOTS,
        false,
        () -> {
          worker.kill();
          Await.pass(Duration.ofSeconds(2));
          worker.restart();
        });
  }

  /** M3. */
  static void brokerKilled(Trial trial) throws Exception {
    BrokerRole broker = trial.cluster().broker();
    broken(
        trial,
        0,
        false,
        () -> {
          broker.kill();
          broker.restart();
        });
  }

  /** M4. */
  static void redisKilled(Trial trial) throws Exception {
    RedisRole redis = trial.cluster().redis();
    broken(
        trial,
        0,
        false,
        () -> {
          redis.kill();
          redis.restart();
        });
  }

  /** M5. */
  static void redisEmptied(Trial trial) throws Exception {
    Resp redis = trial.cluster().redis().commands();
    broken(trial, 0, true, () -> redis.say("FLUSHALL"));
  }

  private static void broken(Trial trial, int mayStartAgain, boolean forgets, Runnable fault)
      throws Exception {
    Batches first = new Batches(trial.cluster().gateways().get(0).spec().port());
    Batches other = new Batches(trial.cluster().gateways().get(1).spec().port());
    try (History told = History.begin(trial.cluster().folder().resolve("batch-hooks.jsonl"));
        HookReceiver receiver = HookReceiver.start(told)) {
      String id = Batches.id(first.send(PROGRAM, JOBS, receiver.url()));
      Await.until(
          "some of the batch has ended", SOON, () -> succeeded(other.show(id, 0)) >= ENDED_BEFORE);
      fault.run();
      Await.until(
          "the batch has ended",
          TO_THE_END,
          () -> other.show(id, 5).path("state").asString("").equals("done"));
      check(trial, other.show(id, 0), other.results(id), mayStartAgain, forgets);
      Await.until("its webhook has come", SOON, () -> hooks(told) > 0);
      Await.pass(Duration.ofSeconds(12));
      require(hooks(told) == 1, "its webhook came " + hooks(told) + " times");
    }
    Await.until("nothing is left", TIDY, () -> Leftovers.of(trial.cluster()).isEmpty());
  }

  private static void check(
      Trial trial, JsonNode batch, List<JsonNode> results, int mayStartAgain, boolean forgets) {
    require(succeeded(batch) == JOBS, "its counts are " + batch.path("counts"));
    require(results.size() == JOBS, "it has " + results.size() + " results");
    long withReply =
        IntStream.range(0, JOBS)
            .filter(index -> isOwn(results.get(index), index, forgets))
            .filter(index -> results.get(index).path("reply").isObject())
            .count();
    require(forgets || withReply == JOBS, withReply + " of its results have their reply");
    int starts = 0;
    for (JsonNode result : results) {
      int each = trial.starts(result.path("job_id").asString()).size();
      require(each > 0, "the job at " + result.path("index") + " never ran");
      starts += each;
    }
    require(starts <= JOBS + mayStartAgain, "its jobs were started " + starts + " times");
    trial.figure("%d starts, %d replies".formatted(starts, withReply));
  }

  private static boolean isOwn(JsonNode result, int index, boolean forgets) {
    require(result.path("index").asInt() == index, "result " + index + " is " + result);
    JsonNode reply = result.path("reply");
    require(
        (forgets && reply.isNull()) || reply.at("/response/stdout").asString().equals(index + "\n"),
        "result " + index + " is " + result);
    return true;
  }

  private static int succeeded(JsonNode batch) {
    return batch.at("/counts/succeeded").asInt();
  }

  private static long hooks(History told) {
    return told.events().stream().filter(Event.Hooked.class::isInstance).count();
  }
}
