package io.millrace.worker;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.queue.ReplyLog;
import io.millrace.standalone.testing.Eventually;
import io.millrace.store.Admission.Admitted;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.JobArchive;
import io.millrace.store.RedisKeys;
import io.millrace.store.StoredReply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Stands where a gateway stands: admits, enqueues, and hears the reply. */
final class TestCaller implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE_SECONDS = 60;

  private final String gatewayId = UUID.randomUUID().toString();
  private final Map<UUID, CompletableFuture<StoredReply>> waiting = new ConcurrentHashMap<>();
  private final RedisMessageListenerContainer replies = new RedisMessageListenerContainer();
  private final AdmissionGate gate;
  private final JobQueue queue;
  private final JobArchive archive;
  private final ReplyLog log;
  private final ExecutorService asking = Executors.newSingleThreadExecutor();

  TestCaller(ApplicationContext worker) {
    gate = worker.getBean(AdmissionGate.class);
    queue = worker.getBean(JobQueue.class);
    archive = worker.getBean(JobArchive.class);
    log = worker.getBean(ReplyLog.class);
    replies.setConnectionFactory(worker.getBean(RedisConnectionFactory.class));
    replies.addMessageListener(
        (message, pattern) -> {
          UUID jobId = StoredReply.ofMessage(message.getBody()).jobId();
          asking.execute(() -> reply(jobId).complete(archive.replies(Set.of(jobId)).get(0)));
        },
        new ChannelTopic(RedisKeys.replies(gatewayId)));
    replies.afterPropertiesSet();
    replies.start();
  }

  /** Submits code and answers its whole reply. */
  JsonNode run(String code) throws Exception {
    return body(await(submit(code, 30, null)));
  }

  JsonNode run(String code, int timeout) throws Exception {
    return body(await(submit(code, timeout, null)));
  }

  UUID submit(String code, int timeout, @Nullable String webhookUrl) {
    return submit(new ExecutionRequest(code, timeout, webhookUrl, "its-id"));
  }

  JsonNode run(ExecutionRequest request) throws Exception {
    return body(await(submit(request)));
  }

  UUID submit(ExecutionRequest request) {
    return submit(request, List.of());
  }

  /** Submits a request whose job may reach these hosts. */
  UUID submit(ExecutionRequest request, List<String> network) {
    UUID jobId = UUID.randomUUID();
    Job job = new Job(jobId, "tester", request, 0, gatewayId, null, null, null, network, null);
    Admitted admitted = admit(job);
    enqueue(admitted.lane(), job.accepted(admitted.acceptedAt()));
    return jobId;
  }

  StoredReply await(UUID jobId) throws Exception {
    return reply(jobId).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  JobArchive archive() {
    return archive;
  }

  JsonNode body(StoredReply reply) {
    return JSON.readTree(text(reply));
  }

  String text(StoredReply reply) {
    return log.read(reply.jobId(), reply.body()).orElseThrow();
  }

  @Override
  public void close() throws Exception {
    replies.destroy();
    asking.shutdown();
  }

  /** The gate is shut until the lanes of a new Redis are known to be whole. */
  private Admitted admit(Job job) {
    return Eventually.value(
        Duration.ofSeconds(20),
        () ->
            gate.admit(job, OwnerLimits.NONE, null) instanceof Admitted admitted ? admitted : null);
  }

  /** A cold broker may let the first send time out; a second copy does no harm. */
  private void enqueue(Lane lane, Job job) {
    Eventually.value(
        Duration.ofSeconds(20),
        () -> queue.enqueue(lane, job).handle((record, failure) -> record).join());
  }

  private CompletableFuture<StoredReply> reply(UUID jobId) {
    return waiting.computeIfAbsent(jobId, unknown -> new CompletableFuture<>());
  }
}
