package io.millrace.bench;

import java.util.List;

/**
 * What a load gave.
 *
 * @param samples the time of each that came back as it should
 * @param seconds from the first start to the last end
 * @param errors those that did not come back as they should
 * @param complaints what the first few errors said
 */
public record Measured(Samples samples, double seconds, int errors, List<String> complaints) {

  /** Good ones a second. */
  public double rate() {
    return samples.size() / seconds;
  }
}
