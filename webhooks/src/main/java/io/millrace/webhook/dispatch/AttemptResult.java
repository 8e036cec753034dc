package io.millrace.webhook.dispatch;

import io.millrace.webhook.delivery.AttemptOutcome;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt gave.
 *
 * @param status of the answer, null where there was none
 * @param detail a sentence for people
 * @param retryAfter what the answer asked for
 */
record AttemptResult(
    AttemptOutcome outcome,
    @Nullable Integer status,
    String detail,
    Optional<Duration> retryAfter) {

  private static final int GONE = 410;

  static AttemptResult answered(int status, Optional<Duration> retryAfter) {
    AttemptOutcome outcome =
        status / 100 == 2
            ? AttemptOutcome.DELIVERED
            : status == GONE ? AttemptOutcome.GONE : AttemptOutcome.REJECTED;
    return new AttemptResult(outcome, status, "The receiver answered " + status, retryAfter);
  }

  static AttemptResult failed(AttemptOutcome outcome, String detail) {
    return new AttemptResult(outcome, null, detail, Optional.empty());
  }
}
