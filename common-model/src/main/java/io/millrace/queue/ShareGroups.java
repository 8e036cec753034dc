package io.millrace.queue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Whether the brokers can read the states of our share groups. A broker asks the groups'
 * coordinators by its own advertised name; where it cannot reach that, clients get through, records
 * are confirmed, and no job is ever given to a worker. Thread-safe; blocks for a broker's answer.
 */
public final class ShareGroups {

  private static final Map<String, List<TopicPartition>> OURS =
      Map.of(
          Topics.WORKERS,
          Arrays.stream(Lane.values()).map(lane -> new TopicPartition(lane.topic(), 0)).toList(),
          Topics.WEBHOOKS,
          List.of(new TopicPartition(Topics.COMPLETIONS, 0)));
  private static final int TIMEOUT_MILLIS = 3000;

  private final Admin admin;
  private final int timeoutMillis;

  public ShareGroups(Admin admin) {
    this(admin, TIMEOUT_MILLIS);
  }

  ShareGroups(Admin admin, int timeoutMillis) {
    this.admin = admin;
    this.timeoutMillis = timeoutMillis;
  }

  /**
   * Returns when the state of each group was read; a group that nobody has joined has none.
   *
   * @throws IllegalStateException when a group's state cannot be read within three seconds
   */
  public void check() {
    OURS.forEach(this::check);
  }

  private void check(String group, List<TopicPartition> partitions) {
    ListShareGroupOffsetsResult states =
        admin.listShareGroupOffsets(
            Map.of(group, new ListShareGroupOffsetsSpec().topicPartitions(partitions)),
            new ListShareGroupOffsetsOptions().timeoutMs(timeoutMillis));
    try {
      states.partitionsToOffsetInfo(group).get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw unreadable(group, e);
      }
    } catch (TimeoutException e) {
      throw unreadable(group, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka", e);
    }
  }

  private static IllegalStateException unreadable(String group, Throwable cause) {
    return new IllegalStateException(
        "Kafka cannot read the state of the share group %s (%s)".formatted(group, cause), cause);
  }
}
