package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gateway.admission.Refusals;
import io.millrace.gateway.files.InputFiles;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.support.TestGateway;
import io.millrace.gateway.support.TestSettings;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.queue.JobQueue;
import io.millrace.standalone.EmbeddedRedis;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.store.Admission;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobArchive;
import io.millrace.store.JobEnds;
import io.millrace.trace.Traces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.scheduling.TaskScheduler;

/** On a real Redis, with a log whose every answer the test gives. */
@Tag("services")
class JobSubmitterTest {

  private static final String LONG = "1m";

  @TempDir static Path folder;

  private static EmbeddedRedis redis;
  private static TestGateway gateway;

  private final MockProducer<byte[], byte[]> log =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());

  private final MeterRegistry meters = new SimpleMeterRegistry();

  @BeforeAll
  static void start() {
    redis = startRedis(0);
    gateway =
        TestGateway.startOn(
            SharedInfrastructure.get().bootstrapServers(), redis.host(), redis.port());
  }

  @AfterAll
  static void stop() {
    gateway.close();
    redis.close();
  }

  /** One of the tests begins its Redis anew, which shuts the gate for a while. */
  @BeforeEach
  void awaitTheGate() {
    Eventually.holds(gateway.bean(QueueMonitor.class)::isUp);
  }

  @Test
  void aRecordThatNobodyConfirmsIsRefusedInTime() {
    JobRequest request = request();
    Admission admission = submitter("10ms").submit(request).join();

    assertThat(log.history()).hasSize(1);
    assertRefused(admission);
    assertThat(isKnown(request)).isFalse();
  }

  @Test
  void aConfirmationThatComesInTimeIsAnAcceptance() {
    CompletableFuture<Admission> admission = submitter(LONG).submit(request());
    Eventually.holds(log::completeNext);

    assertThat(admission.join()).isInstanceOf(Admitted.class);
  }

  @Test
  void aRefusalThatRedisCouldNotHearIsToldToItLater() {
    JobRequest request = request();
    CompletableFuture<Admission> admission = submitter(LONG).submit(request);
    Eventually.holds(() -> log.history().size() == 1);
    assertThat(isKnown(request)).isTrue();
    redis.kill();
    try {
      log.errorNext(new TimeoutException("no confirmation"));
      assertRefused(admission.join());
      assertThat(owed()).isEqualTo(1);
    } finally {
      redis = startRedis(redis.port());
    }

    Eventually.holds(() -> owed() == 0);
    assertThat(isKnown(request)).isFalse();
  }

  private JobSubmitter submitter(String confirmTimeout) {
    AdmissionGate gate = gateway.bean(AdmissionGate.class);
    return new JobSubmitter(
        gate,
        new JobQueue(new KafkaTemplate<>(() -> log)),
        gateway.bean(QueueMonitor.class),
        gateway.bean(Refusals.class),
        gateway.bean(InputFiles.class),
        new OwedRefusals(gate, gateway.bean(TaskScheduler.class), meters),
        gateway.bean(StoreCalls.class),
        gateway.bean(JobEnds.class),
        Traces.OFF,
        meters,
        TestSettings.with("gateway.confirm-timeout", confirmTimeout));
  }

  private static JobRequest request() {
    ExecutionRequest request = new ExecutionRequest("1", 30, null, "i");
    return new JobRequest(
        new Job(UUID.randomUUID(), "tester", request, 0, null, null),
        OwnerLimits.NONE,
        new WaitFor(Duration.ZERO, ""));
  }

  private int owed() {
    return (int) meters.get("millrace.refusals.owed").gauge().value();
  }

  private static boolean isKnown(JobRequest request) {
    return gateway.bean(JobArchive.class).find(request.job().jobId()).isPresent();
  }

  private static void assertRefused(Admission admission) {
    assertThat(admission).isEqualTo(new Refused(Refusal.AWAY));
  }

  /** One that has everything again when it comes back from being killed. */
  private static EmbeddedRedis startRedis(int port) {
    return EmbeddedRedis.start(folder.resolve("redis"), port, "--appendfsync", "always");
  }
}
