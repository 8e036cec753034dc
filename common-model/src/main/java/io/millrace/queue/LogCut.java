package io.millrace.queue;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/**
 * Cuts the beginning of a log off, and says how large logs are. The broker frees the disk by
 * segments, some minutes later. Thread-safe; blocks for a broker's answers; throws {@link
 * IllegalStateException} when it refuses or gives none.
 */
public final class LogCut {

  private static final int TIMEOUT_SECONDS = 10;

  private final Admin admin;

  public LogCut(Admin admin) {
    this.admin = admin;
  }

  /** The first offset whose record came at this time or later; the log's end when there is none. */
  public long offsetSince(String topic, long millis) {
    long offset = offset(topic, OffsetSpec.forTimestamp(Math.max(0, millis)));
    return offset < 0 ? offset(topic, OffsetSpec.latest()) : offset;
  }

  /** Lets go of all records before this offset; nothing when they are gone already. */
  public void before(String topic, long offset) {
    if (offset > offset(topic, OffsetSpec.earliest())) {
      get(
          admin
              .deleteRecords(Map.of(partition(topic), RecordsToDelete.beforeOffset(offset)))
              .all());
    }
  }

  /** Bytes on disk of each of these topics, of its largest copy. */
  public Map<String, Long> bytes(Collection<String> topics) {
    Map<String, Long> bytes = new HashMap<>();
    var brokers = get(admin.describeCluster().nodes()).stream().map(Node::id).toList();
    for (Map<String, LogDirDescription> dirs :
        get(admin.describeLogDirs(brokers).allDescriptions()).values()) {
      for (LogDirDescription dir : dirs.values()) {
        for (Map.Entry<TopicPartition, ReplicaInfo> each : dir.replicaInfos().entrySet()) {
          if (topics.contains(each.getKey().topic())) {
            bytes.merge(each.getKey().topic(), each.getValue().size(), Math::max);
          }
        }
      }
    }
    return bytes;
  }

  private long offset(String topic, OffsetSpec spec) {
    TopicPartition partition = partition(topic);
    return get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition)).offset();
  }

  private static TopicPartition partition(String topic) {
    return new TopicPartition(topic, 0);
  }

  private static <T> T get(KafkaFuture<T> answer) {
    try {
      return answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka refused or did not answer: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka", e);
    }
  }
}
