package io.millrace.gateway.queue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.Lane;
import io.millrace.queue.LogCut;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/**
 * Asks Kafka, now and then, how large the logs are. At twice {@code millrace.queue.max-bytes} what
 * the lanes hold is needed, for else it would have been let go of: no new job is let in before
 * Kafka's disk is full. Thread-safe; reading it costs nothing.
 */
@Component
public final class LogWatch {

  private static final Logger log = LoggerFactory.getLogger(LogWatch.class);
  private static final Duration BEAT = Duration.ofSeconds(10);
  private static final List<String> LOGS =
      List.of(
          Lane.FIRST.topic(),
          Lane.BULK.topic(),
          Topics.BATCHES,
          Topics.REPLIES,
          Topics.COMPLETIONS);

  private final LogCut logs;
  private final long most;
  private volatile Map<String, Long> bytes = Map.of();

  LogWatch(Admin admin, QueueSettings settings, TaskScheduler beats, MeterRegistry meters) {
    this.logs = new LogCut(admin);
    this.most = settings.maxBytes().toBytes();
    for (String each : LOGS) {
      Gauge.builder("millrace.log.bytes", this, watch -> watch.bytes.getOrDefault(each, 0L))
          .description("on the disk of one broker")
          .tag("topic", each)
          .register(meters);
    }
    Gauge.builder("millrace.queue.max.bytes", () -> most).register(meters);
    beats.scheduleWithFixedDelay(this::look, BEAT);
  }

  /** Whether no new job may be let in. */
  public boolean isFull() {
    return bytes.getOrDefault(Lane.FIRST.topic(), 0L) + bytes.getOrDefault(Lane.BULK.topic(), 0L)
        > 2 * most;
  }

  private void look() {
    boolean before = isFull();
    try {
      bytes = logs.bytes(LOGS);
    } catch (IllegalStateException e) {
      log.debug("{}; asked again at the next beat", e.getMessage());
    }
    if (!before && isFull()) {
      log.warn(
          "The lanes in Kafka are larger than twice millrace.queue.max-bytes; POST answers 503 until"
              + " jobs that wait have run");
    }
  }
}
