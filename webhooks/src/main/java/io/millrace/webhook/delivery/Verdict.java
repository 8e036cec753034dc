package io.millrace.webhook.delivery;

import java.time.Duration;

/** What an attempt's outcome means for its delivery. */
public sealed interface Verdict {

  /** It has arrived. */
  record Arrived() implements Verdict {}

  /** It is tried again after {@code delay}. */
  record Again(Duration delay) implements Verdict {}

  /** It is given up. */
  record GivenUp() implements Verdict {}
}
