package io.millrace.queue;

import java.util.Optional;

/** The address of a job's record in the log, written {@code lane:offset}. */
public record RecordPointer(Lane lane, long offset) {

  /** Reads the written form; empty for the empty text. */
  public static Optional<RecordPointer> parse(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int colon = text.indexOf(':');
    return Optional.of(
        new RecordPointer(
            Lane.of(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1))));
  }

  @Override
  public String toString() {
    return lane.wireName() + ":" + offset;
  }
}
