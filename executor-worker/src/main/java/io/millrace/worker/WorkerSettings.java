package io.millrace.worker;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties below {@code millrace.worker}.
 *
 * @param slots jobs at once; 0 is two for each processor
 * @param drainGrace how long running jobs may go on after SIGTERM before they are given back
 */
@ConfigurationProperties("millrace.worker")
public record WorkerSettings(
    @DefaultValue("0") int slots, @DefaultValue("30s") Duration drainGrace) {

  public WorkerSettings {
    if (slots < 0 || slots > 256) {
      throw new IllegalArgumentException(
          "millrace.worker.slots must be 0 (two a processor) to 256, but is " + slots);
    }
    if (drainGrace.isNegative()) {
      throw new IllegalArgumentException(
          "millrace.worker.drain-grace must be 0s or more, but is " + drainGrace);
    }
    slots = slots == 0 ? 2 * Runtime.getRuntime().availableProcessors() : slots;
  }
}
