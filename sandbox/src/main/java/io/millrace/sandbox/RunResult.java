package io.millrace.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * How a program ended. All but the verdict is the program's own word. Immutable.
 *
 * @param verdict {@code ok}, {@code timeout}, {@code cancelled}, or the stable word of its own
 *     fault: {@code exception}, {@code exit}, {@code signal}, {@code memory_limit}, ...;
 *     PROTOCOL.md lists them
 * @param stdout what it wrote, cut at the output limit
 * @param truncated whether either stream, or the result, was longer than its limit
 * @param resultJson the value of a top-level {@code return}, as JSON; {@code null} as a word where
 *     there is none
 * @param error one line for people; the verdict where the helper has none
 * @param exitCode of its process, negative for a signal; null where the process has none
 */
public record RunResult(
    String verdict,
    String stdout,
    String stderr,
    boolean truncated,
    String resultJson,
    String error,
    @Nullable Integer exitCode) {

  static RunResult ofNoRun(String verdict, String error) {
    return new RunResult(verdict, "", "", false, "null", error, null);
  }
}
