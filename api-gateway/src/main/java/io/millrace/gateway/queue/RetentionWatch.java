package io.millrace.gateway.queue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.LaneRetention;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/**
 * Asks Kafka, now and then, how long it keeps waiting jobs: somebody may have told it less than we
 * did, and a job that waits longer is lost. Shown beside the oldest wait, so that an alert comes
 * before the loss.
 */
@Component
final class RetentionWatch {

  private static final Logger log = LoggerFactory.getLogger(RetentionWatch.class);
  private static final Duration BEAT = Duration.ofSeconds(10);

  private final LaneRetention retention;
  private volatile double seconds = Double.NaN;

  RetentionWatch(LaneRetention retention, TaskScheduler beats, MeterRegistry meters) {
    this.retention = retention;
    Gauge.builder("millrace.queue.retention.seconds", this, each -> each.seconds).register(meters);
    beats.scheduleWithFixedDelay(this::look, BEAT);
  }

  void look() {
    try {
      seconds =
          retention.shortest().map(each -> each.toMillis() / 1e3).orElse(Double.POSITIVE_INFINITY);
    } catch (IllegalStateException e) {
      log.debug("{}; asked again at the next beat", e.getMessage());
    }
  }
}
