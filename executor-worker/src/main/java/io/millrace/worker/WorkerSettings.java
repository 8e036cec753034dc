package io.millrace.worker;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties below {@code millrace.worker}.
 *
 * @param slots jobs at once; 0 is two for each processor
 * @param outputBeat how often what running jobs write is passed on to those who watch
 * @param drainGrace how long running jobs may go on after SIGTERM before they are given back
 */
@ConfigurationProperties("millrace.worker")
public record WorkerSettings(
    @DefaultValue("0") int slots,
    @DefaultValue("30s") Duration drainGrace,
    @DefaultValue("100ms") Duration outputBeat) {

  public WorkerSettings {
    if (slots < 0 || slots > 256) {
      throw new IllegalArgumentException(
          "millrace.worker.slots must be 0 (two a processor) to 256, but is " + slots);
    }
    if (drainGrace.isNegative()) {
      throw new IllegalArgumentException(
          "millrace.worker.drain-grace must be 0s or more, but is " + drainGrace);
    }
    if (outputBeat.toMillis() < 10) {
      throw new IllegalArgumentException(
          "millrace.worker.output-beat must be 10ms or more, but is " + outputBeat);
    }
    slots = slots == 0 ? 2 * Runtime.getRuntime().availableProcessors() : slots;
  }
}
