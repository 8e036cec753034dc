package io.millrace.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topics and share groups, made with the right settings by whichever role starts first.
 *
 * <p>A share group would begin at the end of a topic and so lose what was enqueued before its first
 * member came; both groups are told to begin at the start.
 */
public final class Topics {

  /** Ends of jobs with a webhook. */
  public static final String COMPLETIONS = "millrace.completions";

  /** Records that are no jobs, with their bytes, headers and cause. */
  public static final String DEAD_LETTERS = "millrace.dead-letters";

  /** Jobs of a newer version than the worker that met them. */
  public static final String PARKED = "millrace.parked";

  /** The share group of the workers. */
  public static final String WORKERS = "millrace.workers";

  /** The share group of the webhook dispatchers. */
  public static final String WEBHOOKS = "millrace.webhooks";

  /** Bytes of the largest record: a body of 1 MiB, escaped again, with what stands around it. */
  public static final int MAX_RECORD_BYTES = 4 << 20;

  private static final long TIMEOUT_SECONDS = 20;
  private static final long QUEUE_ID_MASK = (1L << 53) - 1;

  private final Admin admin;
  private final QueueSettings settings;
  private final short replicas;

  /** {@code replicas} -1 is the broker's default. */
  public Topics(Admin admin, QueueSettings settings, int replicas) {
    this.admin = admin;
    this.settings = settings;
    this.replicas = (short) replicas;
  }

  /**
   * Makes what is missing.
   *
   * @return the queue's number, the same for all who share this queue, below 2^53
   * @throws IllegalStateException when the broker does not answer or refuses
   */
  public long ensure() {
    try {
      create();
      beginAtTheStart();
      return queueId();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka refused or did not answer: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making topics", e);
    }
  }

  private void create() throws ExecutionException, InterruptedException, TimeoutException {
    List<NewTopic> wanted = new ArrayList<>();
    for (Lane lane : Lane.values()) {
      wanted.add(topic(lane.topic()));
    }
    wanted.add(topic(COMPLETIONS));
    wanted.add(topic(DEAD_LETTERS));
    wanted.add(topic(PARKED));
    Set<String> known = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    List<NewTopic> missing =
        wanted.stream().filter(topic -> !known.contains(topic.name())).collect(Collectors.toList());
    try {
      admin.createTopics(missing).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private NewTopic topic(String name) {
    return new NewTopic(name, 1, replicas)
        .configs(
            Map.of(
                "retention.ms",
                Long.toString(settings.retention().toMillis()),
                "max.message.bytes",
                Integer.toString(MAX_RECORD_BYTES)));
  }

  private void beginAtTheStart() throws ExecutionException, InterruptedException, TimeoutException {
    AlterConfigOp earliest =
        new AlterConfigOp(
            new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.GROUP, WORKERS), List.of(earliest),
                new ConfigResource(ConfigResource.Type.GROUP, WEBHOOKS), List.of(earliest)))
        .all()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private long queueId() throws ExecutionException, InterruptedException, TimeoutException {
    Uuid topicId =
        admin
            .describeTopics(List.of(Lane.FIRST.topic()))
            .topicNameValues()
            .values()
            .iterator()
            .next()
            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .topicId();
    return (topicId.getMostSignificantBits() ^ topicId.getLeastSignificantBits()) & QUEUE_ID_MASK;
  }
}
