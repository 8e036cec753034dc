package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.JobState;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.QueueClients;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.TopicIds;
import io.millrace.queue.Topics;
import io.millrace.sandbox.TierProof;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.store.JobEnds;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.JobStatus;
import io.millrace.store.QueueGauge;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import tools.jackson.databind.JsonNode;

/** A whole worker on a real broker, a real Redis and real sandboxes. */
@Tag("services")
class WorkerTest {

  private static final String SLEEP = "import time\ntime.sleep(50)";

  private static ConfigurableApplicationContext worker;
  private static TestCaller caller;

  @BeforeAll
  static void startWorker() {
    worker = start();
    caller = new TestCaller(worker);
  }

  @AfterAll
  static void stopWorker() throws Exception {
    caller.close();
    worker.close();
  }

  static ConfigurableApplicationContext start(String... further) {
    SharedInfrastructure infrastructure = SharedInfrastructure.get();
    String[] usual = {
      "--server.port=0",
      "--management.server.port=0",
      "--spring.kafka.bootstrap-servers=" + infrastructure.bootstrapServers(),
      "--spring.data.redis.port=" + infrastructure.redisPort(),
      "--spring.data.redis.timeout=5s",
      "--millrace.worker.slots=2",
      "--millrace.worker.drain-grace=1s",
      "--millrace.sandbox.python=/usr/bin/python3"
    };
    return new SpringApplicationBuilder(WorkerApplication.class)
        .properties("spring.config.name=worker")
        .run(Stream.of(usual, further).flatMap(Stream::of).toArray(String[]::new));
  }

  @Test
  void theSeedsExampleIsAnsweredInWireOrder() throws Exception {
    JsonNode reply = caller.run("print('Hello, World!')");

    List<String> names = new ArrayList<>();
    reply.propertyNames().forEach(names::add);
    assertThat(names)
        .containsExactly(
            "endpoint",
            "code",
            "id",
            "job_id",
            "response",
            "message",
            "pid",
            "queue_id",
            "run_time",
            "queue_time",
            "total_time",
            "queue_length",
            "build_number");
    assertThat(reply.path("code").asInt()).isEqualTo(200);
    assertThat(reply.path("id").asString()).isEqualTo("its-id");
    assertThat(reply.path("message").asString()).isEqualTo("success");
    assertThat(reply.path("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
    JsonNode response = reply.path("response");
    assertThat(response.path("stdout").asString()).isEqualTo("Hello, World!\n");
    assertThat(response.path("stderr").asString()).isEmpty();
    assertThat(response.path("exit_code").asInt()).isZero();
    assertThat(response.path("result").isNull()).isTrue();
    assertThat(reply.path("total_time").asDouble())
        .isGreaterThanOrEqualTo(
            reply.path("queue_time").asDouble() + reply.path("run_time").asDouble() - 0.002);
  }

  @Test
  void aReturnedValueIsTheResult() throws Exception {
    assertThat(
            caller.run("return {'a': [1, 2.5, None]}").path("response").path("result").toString())
        .isEqualTo("{\"a\":[1,2.5,null]}");
  }

  @Test
  void anExceptionIsTheUsersOwnWithItsLineNumbers() throws Exception {
    JsonNode reply = caller.run("print('before')\nraise ValueError('boom')");

    assertThat(reply.path("code").asInt()).isEqualTo(400);
    assertThat(reply.path("response").isNull()).isTrue();
    assertThat(reply.path("error").asString()).isEqualTo("ValueError: boom");
    assertThat(reply.path("reason").asString()).isEqualTo("exception");
    assertThat(reply.path("stdout").asString()).isEqualTo("before\n");
    assertThat(reply.path("stderr").asString())
        .contains("/main.py\", line 2, in <module>")
        .doesNotContain("millrace");
    assertThat(reply.path("exit_code").asInt()).isEqualTo(400);
    assertThat(reply.path("process_exit_code").asInt()).isEqualTo(1);
  }

  @Test
  void aTimeoutTellsWhatWasPrintedBefore() throws Exception {
    JsonNode reply = caller.run("print('before')\nwhile True: pass", 1);

    assertThat(reply.path("code").asInt()).isEqualTo(408);
    assertThat(reply.path("error").asString()).isEqualTo("Execution timed out after 1 seconds");
    assertThat(reply.path("stdout").asString()).isEqualTo("before\n");
  }

  @Test
  void aJobOverItsMemoryIsToldSo() throws Exception {
    JsonNode reply = caller.run("x = bytearray(2 << 30)");

    assertThat(reply.path("code").asInt()).isEqualTo(400);
    assertThat(reply.path("reason").asString()).isEqualTo("memory_limit");
    assertThat(reply.path("error").asString()).contains("512");
  }

  @Test
  void aJobThatRunsForLongerThanABeatEnds() throws Exception {
    JsonNode reply = caller.run("import time\ntime.sleep(1.2)\nprint('late')");

    assertThat(reply.path("response").path("stdout").asString()).isEqualTo("late\n");
  }

  @Test
  void aRunningJobThatIsCancelledFreesItsSlotAtOnce() throws Exception {
    UUID jobId = caller.submit("import time\ntime.sleep(60)", 60, null);
    Eventually.holds(Duration.ofSeconds(20), () -> state(jobId) == JobState.RUNNING);

    cancel(jobId);

    JsonNode reply = caller.body(caller.await(jobId));
    assertThat(reply.path("reason").asString()).isEqualTo("cancelled");
    Eventually.holds(Duration.ofSeconds(5), () -> worker.getBean(LeaseKeeper.class).isIdle());
    assertThat(state(jobId)).isEqualTo(JobState.CANCELLED);
    assertThat(meters().get("millrace.leases.lost").counter().count())
        .as("its caller ended it; no lease was lost")
        .isZero();
  }

  @Test
  void aWebhooksCompletionIsInTheLogWithTheCallersOwnBytes() throws Exception {
    UUID jobId = caller.submit("print(1)", 30, "http://hook.example.test/");
    String body = caller.text(caller.await(jobId));

    List<String> completions = new ArrayList<>();
    Eventually.holds(
        Duration.ofSeconds(10),
        () -> {
          completions.clear();
          read(Topics.COMPLETIONS).forEach(record -> completions.add(text(record.value())));
          return completions.stream().anyMatch(text -> text.contains(jobId.toString()));
        });
    String completion =
        completions.stream()
            .filter(text -> text.contains(jobId.toString()))
            .findFirst()
            .orElseThrow();
    assertThat(completion).contains(body.replace("\"", "\\\"").replace("\\n", "\\\\n"));
  }

  @Test
  void garbageIsPutAsideWithItsBytesAndTheNextJobRuns() throws Exception {
    byte[] garbage = {(byte) 0xFF, 1, 2};
    worker.getBean(JobQueue.class).send(new ProducerRecord<>(Lane.FIRST.topic(), garbage)).join();

    assertThat(caller.run("print(1)").path("code").asInt()).isEqualTo(200);
    Eventually.holds(
        Duration.ofSeconds(10),
        () -> read(Topics.DEAD_LETTERS).stream().anyMatch(each -> each.value().length == 3));
    assertThat(count("millrace.records.stray", "topic", Topics.DEAD_LETTERS)).isPositive();
  }

  @Test
  void aRecordOfANewerVersionIsParked() throws Exception {
    byte[] newer = "{\"v\":9,\"job\":{}}".getBytes(StandardCharsets.UTF_8);
    worker.getBean(JobQueue.class).send(new ProducerRecord<>(Lane.FIRST.topic(), newer)).join();

    Eventually.holds(
        Duration.ofSeconds(10),
        () ->
            read(Topics.PARKED).stream().anyMatch(each -> text(each.value()).contains("\"v\":9")));
    Eventually.holds(
        Duration.ofSeconds(10), () -> count("millrace.records.stray", "topic", Topics.PARKED) > 0);
  }

  @Test
  void everyJobOfABurstEndsOnceAndTheCountersComeBackToZero() throws Exception {
    List<UUID> jobs = new ArrayList<>();
    for (int number = 0; number < 60; number++) {
      jobs.add(caller.submit("print(" + number + ")", 30, null));
    }
    for (int number = 0; number < 60; number++) {
      JsonNode reply = caller.body(caller.await(jobs.get(number)));
      assertThat(reply.path("response").path("stdout").asString()).isEqualTo(number + "\n");
    }
    QueueGauge.Reading reading = worker.getBean(QueueGauge.class).read();
    assertThat(reading.queueLength()).isZero();
    assertThat(reading.slots()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aRecordThatNobodyCountsLeavesTheSecondLaneToo() throws Exception {
    leavesTheSecondLane(enqueueInBulk(finishedJob()));
  }

  @Test
  void aFirstLaneRecordThatComesToABusyWorkerIsRunByAnotherAtOnce() throws Exception {
    List<Job> longOnes = List.of(unknownJob(SLEEP), unknownJob(SLEEP));
    longOnes.forEach(WorkerTest::enqueueInBulk);
    for (Job each : longOnes) {
      Eventually.holds(Duration.ofSeconds(20), () -> runs(each));
    }
    try (ConfigurableApplicationContext other = start()) {
      Eventually.holds(Duration.ofSeconds(60), () -> other.getBean(SlotPool.class).ready() == 2);
      for (int number = 0; number < 10; number++) {
        long sent = System.nanoTime();
        caller.run("print(1)");
        assertThat(Duration.ofNanos(System.nanoTime() - sent))
            .as("nobody's slot holds it")
            .isLessThan(Duration.ofSeconds(2));
      }
    }
    longOnes.forEach(each -> cancel(each.jobId()));
    Eventually.holds(Duration.ofSeconds(10), () -> worker.getBean(LeaseKeeper.class).isIdle());
  }

  @Test
  void aGhostInTheFirstLanesCountStopsNoJobOfTheSecond() throws Exception {
    StringRedisTemplate redis = worker.getBean(StringRedisTemplate.class);
    String ghost = UUID.randomUUID().toString();
    redis.opsForZSet().add("{millrace}:lane:first", ghost, 9e15);
    try {
      for (int number = 0; number < 5; number++) {
        Job job = unknownJob("print(1)");
        long sent = System.nanoTime();
        enqueueInBulk(job);
        Eventually.holds(Duration.ofSeconds(20), () -> hasEnded(job));
        assertThat(Duration.ofNanos(System.nanoTime() - sent)).isLessThan(Duration.ofSeconds(2));
      }
    } finally {
      redis.opsForZSet().remove("{millrace}:lane:first", ghost);
    }
  }

  private static void cancel(UUID jobId) {
    Reply cancelled =
        Reply.to(
            new Reply.About(jobId, "its-id", null),
            new Outcome.Cancelled(),
            worker.getBean(Reply.Speaker.class));
    worker.getBean(JobEnds.class).cancel(jobId, "tester", cancelled);
  }

  @Test
  void aRescuedJobGoesBeforeWhatWaits() throws Exception {
    List<UUID> backlog = new ArrayList<>();
    for (int number = 0; number < 30; number++) {
      backlog.add(caller.submit("import time\ntime.sleep(0.5)", 30, null));
    }
    Job rescued = unknownJob("print(1)");
    JobQueue queue = worker.getBean(JobQueue.class);
    RecordPointer record =
        new RecordPointer(
            Lane.FIRST,
            worker.getBean(TopicIds.class).now(Lane.FIRST.topic()),
            queue.enqueue(Lane.FIRST, rescued).join());
    JobLeases leases = worker.getBean(JobLeases.class);
    assertThat(leases.claim(rescued, record, "a worker that dies")).isInstanceOf(Granted.class);

    leases.giveBack(rescued.jobId(), 1, GiveBack.RELEASED);
    Eventually.holds(Duration.ofSeconds(20), () -> hasEnded(rescued));
    assertThat(state(backlog.get(backlog.size() - 1)))
        .as("of the last of the backlog")
        .isEqualTo(JobState.QUEUED);
    backlog.forEach(WorkerTest::cancel);
  }

  /** One that Redis has not heard of, as after it was emptied. */
  private static Job unknownJob(String code) {
    ExecutionRequest request = new ExecutionRequest(code, 60, null, "its-id");
    return new Job(UUID.randomUUID(), "tester", request, 1, null, null);
  }

  private static boolean runs(Job job) {
    return caller.archive().find(job.jobId()).map(JobStatus::state).orElse(null)
        == JobState.RUNNING;
  }

  private static boolean hasEnded(Job job) {
    return caller.archive().find(job.jobId()).map(JobStatus::state).orElse(null)
        == JobState.SUCCEEDED;
  }

  private static Job finishedJob() throws Exception {
    UUID jobId = caller.submit("print(1)", 30, null);
    caller.await(jobId);
    ExecutionRequest request = new ExecutionRequest("print(1)", 30, null, "its-id");
    return new Job(jobId, "tester", request, 1, null, null);
  }

  /** Answers its place there. */
  private static long enqueueInBulk(Job job) {
    return worker.getBean(JobQueue.class).enqueue(Lane.BULK, job).join();
  }

  /** Long before the broker itself would take a record from whoever holds it. */
  private static void leavesTheSecondLane(long offset) throws Exception {
    try (Admin admin = worker.getBean(QueueClients.class).admin()) {
      LaneProgress progress = new LaneProgress(admin);
      Eventually.holds(Duration.ofSeconds(30), () -> progress.start(Lane.BULK) > offset);
    }
  }

  @Test
  void aWorkerThatStopsGivesItsRunningJobsToAnother() throws Exception {
    List<UUID> jobs = new ArrayList<>();
    Counter released;
    try (ConfigurableApplicationContext other = start()) {
      released =
          other
              .getBean(MeterRegistry.class)
              .get("millrace.jobs.given.back")
              .tag("why", "released")
              .counter();
      LeaseKeeper held = other.getBean(LeaseKeeper.class);
      Eventually.holds(Duration.ofSeconds(60), () -> other.getBean(SlotPool.class).ready() == 2);
      for (int number = 0; number < 4; number++) {
        jobs.add(caller.submit("import time\ntime.sleep(3)\nprint('done')", 30, null));
      }
      Eventually.holds(Duration.ofSeconds(30), () -> !held.isIdle());
    }
    for (UUID each : jobs) {
      JsonNode reply = caller.body(caller.await(each));
      assertThat(reply.path("response").path("stdout").asString()).isEqualTo("done\n");
    }
    assertThat(released.count()).isPositive();
  }

  @Test
  void eachEndIsCountedUnderItsStateWithItsTimes() throws Exception {
    double succeeded = count("millrace.jobs.ended", "state", "succeeded");
    double failed = count("millrace.jobs.ended", "state", "failed");
    double timedOut = count("millrace.jobs.ended", "state", "timed_out");
    long timed = timer("millrace.job.total").count();
    double ran = timer("millrace.job.run").totalTime(TimeUnit.SECONDS);

    caller.run("print(1)");
    caller.run("raise ValueError()");
    caller.run("while True: pass", 1);

    Eventually.holds(
        Duration.ofSeconds(10), () -> timer("millrace.job.total").count() == timed + 3);
    assertThat(count("millrace.jobs.ended", "state", "succeeded")).isEqualTo(succeeded + 1);
    assertThat(count("millrace.jobs.ended", "state", "failed")).isEqualTo(failed + 1);
    assertThat(count("millrace.jobs.ended", "state", "timed_out")).isEqualTo(timedOut + 1);
    assertThat(timer("millrace.job.run").totalTime(TimeUnit.SECONDS)).isGreaterThan(ran + 1);
    assertThat(timer("millrace.job.queue").count()).isEqualTo(timer("millrace.job.run").count());
  }

  @Test
  void theWorkerSaysWhatItHasAndWhatItsSandboxProved() {
    Eventually.holds(Duration.ofSeconds(60), () -> gauge("millrace.worker.slots.ready") == 2);
    assertThat(gauge("millrace.worker.slots")).isEqualTo(2);
    assertThat(gauge("millrace.worker.redis.up")).isEqualTo(1);
    TierProof proof = worker.getBean(TierProof.class);
    assertThat(meters().get("millrace.sandbox.tier").tag("tier", proof.tier()).gauge().value())
        .isEqualTo(1);
    assertThat(gauge("millrace.sandbox.strong")).isEqualTo(proof.isStrong() ? 1 : 0);
    assertThat(meters().get("millrace.sandbox.limit").gauges())
        .hasSameSizeAs(proof.limits().keySet());
  }

  @Test
  void aWorkerIsTwoMembersWhateverItsSlots() throws Exception {
    Eventually.holds(Duration.ofSeconds(60), () -> worker.getBean(SlotPool.class).ready() == 2);
    ShareGroupDescription group =
        worker
            .getBean(Admin.class)
            .describeShareGroups(List.of(Topics.WORKERS))
            .all()
            .get(20, TimeUnit.SECONDS)
            .get(Topics.WORKERS);
    assertThat(Objects.requireNonNull(group).members()).hasSize(2);
  }

  @Test
  void aRedisThatMayEvictIsToldByTheWorkerToo() {
    StringRedisTemplate redis = worker.getBean(StringRedisTemplate.class);
    LeaseHealth health = worker.getBean(LeaseHealth.class);
    setPolicy(redis, "volatile-lru");
    try {
      Eventually.holds(
          Duration.ofSeconds(10), () -> health.health().getStatus().equals(Status.OUT_OF_SERVICE));
      assertThat(health.health().getDetails().get("redis_keeps_all"))
          .asString()
          .contains("set its maxmemory-policy to noeviction, it is volatile-lru");
    } finally {
      setPolicy(redis, "noeviction");
    }
    Eventually.holds(Duration.ofSeconds(10), () -> health.health().getStatus().equals(Status.UP));
  }

  private static void setPolicy(StringRedisTemplate redis, String policy) {
    redis.execute(
        (RedisCallback<Boolean>)
            connection -> {
              connection.serverCommands().setConfig("maxmemory-policy", policy);
              return true;
            });
  }

  private static MeterRegistry meters() {
    return worker.getBean(MeterRegistry.class);
  }

  private static double count(String name, String tag, String value) {
    return meters().get(name).tag(tag, value).counter().count();
  }

  private static double gauge(String name) {
    return meters().get(name).gauge().value();
  }

  private static Timer timer(String name) {
    return meters().get(name).timer();
  }

  private static JobState state(UUID jobId) {
    return caller.archive().find(jobId).map(JobStatus::state).orElseThrow();
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Consumer<byte[], byte[]> reader = worker.getBean(QueueClients.class).reader()) {
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      reader.poll(Duration.ofMillis(500)).forEach(records::add);
    }
    return records;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
