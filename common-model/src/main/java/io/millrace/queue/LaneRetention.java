package io.millrace.queue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How long the broker really keeps the records of the lanes, whoever set that: a job that waits
 * longer is lost. Thread-safe; blocks for a broker's answer.
 */
public final class LaneRetention {

  private static final long TIMEOUT_SECONDS = 5;
  private static final List<ConfigResource> LANES =
      Arrays.stream(Lane.values())
          .map(lane -> new ConfigResource(ConfigResource.Type.TOPIC, lane.topic()))
          .toList();

  private final Admin admin;

  public LaneRetention(Admin admin) {
    this.admin = admin;
  }

  /**
   * The shorter of the lanes' retentions; empty when no lane has one.
   *
   * @throws IllegalStateException when the broker refuses or does not answer
   */
  public Optional<Duration> shortest() {
    try {
      Collection<Config> lanes =
          admin.describeConfigs(LANES).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS).values();
      return lanes.stream()
          .map(lane -> Long.parseLong(lane.get(TopicConfig.RETENTION_MS_CONFIG).value()))
          .filter(millis -> millis >= 0)
          .min(Long::compare)
          .map(Duration::ofMillis);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka did not say how long it keeps the lanes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka", e);
    }
  }
}
