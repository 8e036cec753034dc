package io.millrace.queue;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.common.TopicCollection;

/**
 * Which topic has a name: one that is made anew has another id, and uses its offsets again. Asked
 * of Kafka, and believed for ten seconds. Thread-safe.
 */
public final class TopicIds {

  private static final int TIMEOUT_MILLIS = 5000;
  private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Known(String id, long asOf) {}

  private final Admin admin;
  private final LongSupplier nanoTime;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  public TopicIds(Admin admin) {
    this(admin, System::nanoTime);
  }

  TopicIds(Admin admin, LongSupplier nanoTime) {
    this.admin = admin;
    this.nanoTime = nanoTime;
  }

  /**
   * The id of the topic of that name.
   *
   * @throws IllegalStateException when the broker refuses or does not answer, and never has
   */
  public String of(String topic) {
    Known last = known.get(topic);
    long now = nanoTime.getAsLong();
    if (last != null && now - last.asOf() < BELIEVED_NANOS) {
      return last.id();
    }
    try {
      return now(topic);
    } catch (IllegalStateException e) {
      if (last != null) {
        return last.id();
      }
      throw e;
    }
  }

  /**
   * The same, whatever was believed until now.
   *
   * @throws IllegalStateException when the broker refuses or does not answer
   */
  public String now(String topic) {
    long now = nanoTime.getAsLong();
    try {
      String id = ask(topic);
      known.put(topic, new Known(id, now));
      return id;
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka did not say which topic " + topic + " is", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka", e);
    }
  }

  private String ask(String topic)
      throws ExecutionException, InterruptedException, TimeoutException {
    DescribeTopicsResult answer =
        admin.describeTopics(
            TopicCollection.ofTopicNames(List.of(topic)),
            new DescribeTopicsOptions().timeoutMs(TIMEOUT_MILLIS));
    return Objects.requireNonNull(answer.topicNameValues().get(topic))
        .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .topicId()
        .toString();
  }
}
