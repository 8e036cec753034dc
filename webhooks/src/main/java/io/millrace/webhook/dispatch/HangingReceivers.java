package io.millrace.webhook.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers which receivers kept us waiting lately, so that even first attempts to them are made
 * within the bound of the retries. Holds a bounded number, the latest. Thread-safe.
 */
final class HangingReceivers {

  static final Duration MEMORY = Duration.ofMinutes(5);

  private static final int MOST = 10_000;

  private final Clock clock;
  private final Map<String, Long> until =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST;
        }
      };

  HangingReceivers(Clock clock) {
    this.clock = clock;
  }

  synchronized void note(String receiver, boolean hung) {
    until.remove(receiver);
    if (hung) {
      until.put(receiver, clock.millis() + MEMORY.toMillis());
    }
  }

  synchronized boolean contains(String receiver) {
    Long end = until.get(receiver);
    return end != null && end > clock.millis();
  }
}
