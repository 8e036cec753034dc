package io.millrace.job;

/**
 * What a job wrote, already cut at the output limit.
 *
 * @param truncated whether either stream, or the result, was longer than its limit
 */
public record Output(String stdout, String stderr, boolean truncated) {

  /** Nothing written. */
  public static final Output NONE = new Output("", "", false);
}
