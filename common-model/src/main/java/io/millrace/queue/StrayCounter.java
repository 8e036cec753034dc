package io.millrace.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Objects;

/** Counts records that are put aside, by the topic that they go to. Thread-safe. */
public final class StrayCounter {

  private final Map<String, Counter> counters;

  public StrayCounter(MeterRegistry meters) {
    counters =
        Map.of(
            Topics.DEAD_LETTERS,
            counter(Topics.DEAD_LETTERS, meters),
            Topics.PARKED,
            counter(Topics.PARKED, meters));
  }

  /** One more in {@link Topics#DEAD_LETTERS} or {@link Topics#PARKED}. */
  public void count(String topic) {
    Objects.requireNonNull(counters.get(topic), topic).increment();
  }

  private static Counter counter(String topic, MeterRegistry meters) {
    return meters.counter("millrace.records.stray", "topic", topic);
  }
}
