package io.millrace.queue;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * How far the workers have come in each lane, and the webhook dispatchers in the log of
 * completions. Thread-safe; blocks for a broker's answer, and throws {@link IllegalStateException}
 * without one.
 */
public final class LaneProgress {

  private static final int TIMEOUT_MILLIS = 5000;

  private final Admin admin;
  private final int timeoutMillis;

  public LaneProgress(Admin admin) {
    this(admin, TIMEOUT_MILLIS);
  }

  /** The client itself gives up as well: closing it waits for every question still open. */
  LaneProgress(Admin admin, int timeoutMillis) {
    this.admin = admin;
    this.timeoutMillis = timeoutMillis;
  }

  /** The address that the lane's next record will have. */
  public long end(Lane lane) {
    return end(partition(lane.topic()));
  }

  /** The same of all lanes, in one request. */
  public Map<Lane, Long> ends() {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (Lane lane : Lane.values()) {
      latest.put(partition(lane.topic()), OffsetSpec.latest());
    }
    ListOffsetsResult answer = ends(latest);
    Map<Lane, Long> ends = new EnumMap<>(Lane.class);
    for (Lane lane : Lane.values()) {
      ends.put(lane, end(answer, partition(lane.topic())));
    }
    return ends;
  }

  private long end(TopicPartition partition) {
    return end(ends(Map.of(partition, OffsetSpec.latest())), partition);
  }

  private ListOffsetsResult ends(Map<TopicPartition, OffsetSpec> latest) {
    return admin.listOffsets(latest, new ListOffsetsOptions().timeoutMs(timeoutMillis));
  }

  private long end(ListOffsetsResult answer, TopicPartition partition) {
    try {
      return answer.partitionResult(partition).get(timeoutMillis, TimeUnit.MILLISECONDS).offset();
    } catch (ExecutionException | TimeoutException e) {
      throw noAnswer(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Every record before this address has been taken and done with; 0 before the first worker.
   *
   * <p>The broker stores a group's start with each acknowledgement as it was before it, so that the
   * last one shows only with the next: in a queue at rest it is the lag that tells that nothing is
   * left.
   */
  public long start(Lane lane) {
    return start(Topics.WORKERS, partition(lane.topic()));
  }

  /** The same of the log of completions and the dispatchers. */
  public long startOfCompletions() {
    return start(Topics.WEBHOOKS, partition(Topics.COMPLETIONS));
  }

  private long start(String group, TopicPartition partition) {
    long endBefore = end(partition);
    ListShareGroupOffsetsSpec spec =
        new ListShareGroupOffsetsSpec().topicPartitions(List.of(partition));
    try {
      SharePartitionOffsetInfo offsets =
          admin
              .listShareGroupOffsets(
                  Map.of(group, spec), new ListShareGroupOffsetsOptions().timeoutMs(timeoutMillis))
              .partitionsToOffsetInfo(group)
              .get(timeoutMillis, TimeUnit.MILLISECONDS)
              .get(partition);
      if (offsets == null) {
        return 0;
      }
      boolean nothingLeft = offsets.lag().filter(lag -> lag == 0).isPresent();
      return Math.max(nothingLeft ? endBefore : 0, offsets.startOffset());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return 0;
      }
      throw noAnswer(e);
    } catch (TimeoutException e) {
      throw noAnswer(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static TopicPartition partition(String topic) {
    return new TopicPartition(topic, 0);
  }

  private static IllegalStateException noAnswer(Exception cause) {
    return new IllegalStateException("Kafka refused or did not answer", cause);
  }

  private static IllegalStateException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while asking Kafka", cause);
  }
}
