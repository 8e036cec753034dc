package io.millrace.queue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics and share groups, made with the right settings by whichever role starts first.
 *
 * <p>A share group would begin at the end of a topic and so lose what was enqueued before its first
 * member came; both groups are told to begin at the start.
 */
public final class Topics {

  /** Programs that the jobs of a batch share, and the ends of these jobs. */
  public static final String BATCHES = "millrace.batches";

  /** Ends of jobs and of batches with a webhook. */
  public static final String COMPLETIONS = "millrace.completions";

  /** Records that are no jobs, with their bytes, headers and cause. */
  public static final String DEAD_LETTERS = "millrace.dead-letters";

  /** Replies that are too large for the store. */
  public static final String REPLIES = "millrace.replies";

  /** Jobs of a newer version than the worker that met them. */
  public static final String PARKED = "millrace.parked";

  /** What a producer sends before anything depends on it; nobody reads it. */
  public static final String WARM_UP = "millrace.warm-up";

  /** The share group of the workers. */
  public static final String WORKERS = "millrace.workers";

  /** The share group of the webhook dispatchers. */
  public static final String WEBHOOKS = "millrace.webhooks";

  /** Bytes of the largest job: a body of 1 MiB, escaped again, with what stands around it. */
  public static final int MAX_RECORD_BYTES = 4 << 20;

  /**
   * Bytes of the largest completion: a reply of {@link QueueSettings#maxReply} (9 MB at most),
   * which becomes twice as long as a text in a record at most, and what stands around it.
   */
  public static final int MAX_COMPLETION_BYTES = 20 << 20;

  private static final int MAX_WARM_UP_BYTES = 1024;
  private static final int MEETING_MILLIS = 3000;

  /**
   * The disk of what a log has let go of is freed by segments, each when it is full or that old.
   */
  private static final int SEGMENT_BYTES = 32 << 20;

  private static final Duration SEGMENT = Duration.ofMinutes(10);
  private static final Logger log = LoggerFactory.getLogger(Topics.class);
  private static final long TIMEOUT_SECONDS = 20;
  private static final long METADATA_MILLIS = 100;
  private static final Duration SETTINGS_ARE_KNOWN = Duration.ofSeconds(5);
  private static final long QUEUE_ID_MASK = (1L << 53) - 1;

  private static final Map<String, Integer> MAX_BYTES =
      Map.of(
          Lane.FIRST.topic(),
          MAX_RECORD_BYTES,
          Lane.BULK.topic(),
          MAX_RECORD_BYTES,
          BATCHES,
          MAX_RECORD_BYTES,
          COMPLETIONS,
          MAX_COMPLETION_BYTES,
          REPLIES,
          MAX_COMPLETION_BYTES,
          DEAD_LETTERS,
          MAX_COMPLETION_BYTES,
          PARKED,
          MAX_COMPLETION_BYTES,
          WARM_UP,
          MAX_WARM_UP_BYTES);

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
   * Makes what is missing, and gives what is there the right settings.
   *
   * @return the queue's number, the same for all who share this queue, below 2^53
   * @throws IllegalStateException when the broker does not answer or refuses, or a lane's topic has
   *     more than one partition
   */
  public long ensure() {
    try {
      meet();
      create();
      configure();
      beginAtTheStart();
      checkSafety();
      return queueId();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka refused or did not answer: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making topics", e);
    }
  }

  /** Tells sooner than the rest that nobody answers. */
  private void meet() throws ExecutionException, InterruptedException, TimeoutException {
    // The client itself gives up as well: closing it waits for every question still open.
    admin
        .describeCluster(new DescribeClusterOptions().timeoutMs(MEETING_MILLIS))
        .clusterId()
        .get(MEETING_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void create() throws ExecutionException, InterruptedException, TimeoutException {
    Set<String> known = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    List<NewTopic> missing =
        MAX_BYTES.keySet().stream()
            .filter(name -> !known.contains(name))
            .map(name -> new NewTopic(name, 1, replicas))
            .toList();
    for (KafkaFuture<Void> made : admin.createTopics(missing).values().values()) {
      try {
        made.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }

  /**
   * Also of topics that somebody else made: jobs rest on it that the log keeps them long enough.
   */
  private void configure() throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicDescription> topics = described();
    Map<ConfigResource, Collection<AlterConfigOp>> wanted = new HashMap<>();
    MAX_BYTES.forEach(
        (name, bytes) ->
            wanted.put(
                new ConfigResource(ConfigResource.Type.TOPIC, name),
                List.of(
                    set("retention.ms", Long.toString(settings.retention().toMillis())),
                    set("retention.bytes", "-1"),
                    set("unclean.leader.election.enable", "false"),
                    set("min.insync.replicas", minInSync(topics.get(name))),
                    set("segment.bytes", Integer.toString(SEGMENT_BYTES)),
                    set("segment.ms", Long.toString(SEGMENT.toMillis())),
                    set("message.timestamp.type", "LogAppendTime"),
                    set("max.message.bytes", Integer.toString(bytes)))));
    admin.incrementalAlterConfigs(wanted).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** A broker hears of topics that were made just now a moment later. */
  private Map<String, TopicDescription> described()
      throws ExecutionException, InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (true) {
      try {
        return admin
            .describeTopics(MAX_BYTES.keySet())
            .allTopicNames()
            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(METADATA_MILLIS);
      }
    }
  }

  private static String minInSync(@Nullable TopicDescription topic) {
    return Integer.toString(TopicSafety.minInSync(topic == null ? 1 : TopicSafety.copies(topic)));
  }

  private void checkSafety() throws ExecutionException, InterruptedException, TimeoutException {
    TopicSafety safety = new TopicSafety(admin);
    List<String> flaws = safety.flaws(MAX_BYTES.keySet(), replicas);
    // A broker hears of settings that were made just now a moment later, too.
    long deadline = System.nanoTime() + SETTINGS_ARE_KNOWN.toNanos();
    while (!flaws.isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(METADATA_MILLIS);
      flaws = safety.flaws(MAX_BYTES.keySet(), replicas);
    }
    flaws.forEach(each -> log.warn("{}", each));
    if (settings.requireReplicas() && !flaws.isEmpty()) {
      throw new IllegalStateException(
          "millrace.queue.require-replicas is set, and what is accepted would not be safe: "
              + String.join("; ", flaws));
    }
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  private void beginAtTheStart() throws ExecutionException, InterruptedException, TimeoutException {
    AlterConfigOp earliest = set("share.auto.offset.reset", "earliest");
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.GROUP, WORKERS), List.of(earliest),
                new ConfigResource(ConfigResource.Type.GROUP, WEBHOOKS), List.of(earliest)))
        .all()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private long queueId() throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicDescription> lanes =
        admin
            .describeTopics(Arrays.stream(Lane.values()).map(Lane::topic).toList())
            .allTopicNames()
            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    for (TopicDescription lane : lanes.values()) {
      if (lane.partitions().size() != 1) {
        throw new IllegalStateException(
            "Topic "
                + lane.name()
                + " must have one partition, but has "
                + lane.partitions().size()
                + ": jobs in the others would wait behind one another");
      }
    }
    Uuid topicId = Objects.requireNonNull(lanes.get(Lane.FIRST.topic())).topicId();
    return (topicId.getMostSignificantBits() ^ topicId.getLeastSignificantBits()) & QUEUE_ID_MASK;
  }
}
