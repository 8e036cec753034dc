package io.millrace.queue;

import java.util.Optional;

/**
 * The address of a record in the log of a lane, written {@code lane:topic-id:offset}: a topic that
 * is made anew has another id, and uses its offsets again.
 *
 * @param topicId the topic's id at Kafka; empty in an address that 1.0.0 wrote, {@code lane:offset}
 */
public record RecordPointer(Lane lane, String topicId, long offset) {

  /** Reads the written form; empty for the empty text. */
  public static Optional<RecordPointer> parse(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int first = text.indexOf(':');
    int last = text.lastIndexOf(':');
    return Optional.of(
        new RecordPointer(
            Lane.of(text.substring(0, first)),
            first == last ? "" : text.substring(first + 1, last),
            Long.parseLong(text.substring(last + 1))));
  }

  /** Whether it is in the topic of this id, as far as it says. */
  boolean isIn(String topic) {
    return topicId.isEmpty() || topicId.equals(topic);
  }

  @Override
  public String toString() {
    return lane.wireName() + ":" + (topicId.isEmpty() ? "" : topicId + ":") + offset;
  }
}
