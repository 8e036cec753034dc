package io.millrace.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One counter for each of some values of an enum, tagged with its name in lower case. Thread-safe.
 */
public final class EnumCounters<E extends Enum<E>> {

  private final Map<E, Counter> counters;

  /**
   * @param name of the meter, dots between its words
   * @param tag which of them it is
   * @param values all that will ever be counted; at least one
   */
  public EnumCounters(MeterRegistry meters, String name, String tag, Set<E> values) {
    counters = new EnumMap<>(values.iterator().next().getDeclaringClass());
    for (E value : values) {
      counters.put(value, meters.counter(name, tag, value.name().toLowerCase(Locale.ROOT)));
    }
  }

  /** Throws {@link IllegalArgumentException} for a value that was not named at the start. */
  public void increment(E value) {
    increment(value, 1);
  }

  /** The same, that many times. */
  public void increment(E value, int times) {
    Counter counter = counters.get(value);
    if (counter == null) {
      throw new IllegalArgumentException(value + " is not counted here");
    }
    counter.increment(times);
  }
}
