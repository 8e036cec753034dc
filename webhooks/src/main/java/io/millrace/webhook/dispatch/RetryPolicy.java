package io.millrace.webhook.dispatch;

import io.millrace.webhook.delivery.Verdict;

/** Decides what an attempt's result means. Thread-safe. */
final class RetryPolicy {

  private final RetrySchedule schedule;

  RetryPolicy(RetrySchedule schedule) {
    this.schedule = schedule;
  }

  /** {@code attempts} counts the one that gave this result. */
  Verdict judge(AttemptResult result, int attempts) {
    return switch (result.outcome()) {
      case DELIVERED -> new Verdict.Arrived();
      case GONE, UNDELIVERABLE -> new Verdict.GivenUp();
      default ->
          schedule
              .delayAfter(attempts, result.retryAfter())
              .<Verdict>map(Verdict.Again::new)
              .orElseGet(Verdict.GivenUp::new);
    };
  }
}
