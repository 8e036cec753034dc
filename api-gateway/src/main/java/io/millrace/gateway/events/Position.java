package io.millrace.gateway.events;

import io.millrace.job.JobState;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much of a job its watcher has heard: the id of each event.
 *
 * @param attempt the attempt whose output was heard, 0 before the first
 * @param state the last state that was told, null before the first
 * @param stdout characters of standard output that were heard
 * @param stderr characters of standard error that were heard
 */
record Position(int attempt, @Nullable JobState state, int stdout, int stderr) {

  static final Position START = new Position(0, null, 0, 0);

  private static final Pattern ID =
      Pattern.compile("(\\d{1,9})-(queued|running)-(\\d{1,9})-(\\d{1,9})");

  /** Reads a {@code Last-Event-ID}; one that no event of ours has is the start. */
  static Position ofId(@Nullable String id) {
    Matcher parts = ID.matcher(id == null ? "" : id);
    return parts.matches()
        ? new Position(
            Integer.parseInt(parts.group(1)),
            JobState.ofWireName(parts.group(2)),
            Integer.parseInt(parts.group(3)),
            Integer.parseInt(parts.group(4)))
        : START;
  }

  String id() {
    return attempt
        + "-"
        + (state == null ? "queued" : state.wireName())
        + "-"
        + stdout
        + "-"
        + stderr;
  }
}
