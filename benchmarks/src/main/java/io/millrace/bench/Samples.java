package io.millrace.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.DoubleStream;

/** Durations in milliseconds, sorted. */
public final class Samples {

  private final double[] sorted;

  private Samples(double[] sorted) {
    this.sorted = sorted;
  }

  /** Takes milliseconds in any order. */
  public static Samples of(double[] millis) {
    double[] copy = millis.clone();
    Arrays.sort(copy);
    return new Samples(copy);
  }

  /** Takes milliseconds in any order. */
  public static Samples of(Collection<Double> millis) {
    return of(millis.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** How many there are. */
  public int size() {
    return sorted.length;
  }

  /**
   * The smallest value that at least this percentage of all values does not exceed; NaN of none.
   */
  public double percentile(double percent) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
  }

  /** All of them, in order. */
  public DoubleStream stream() {
    return Arrays.stream(sorted);
  }

  /** The value in the middle. */
  public double median() {
    return percentile(50);
  }
}
