package io.millrace.webhook.dispatch;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for due deliveries at a steady beat, and at once again while there are more; seldom while
 * none is pending. One that fails for the first time then is not due before the next look.
 */
final class ClaimLoop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ClaimLoop.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final DueClaimer claimer;
  private final Duration beat;
  private final Duration seldom;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean failing;

  /**
   * Looks at this beat.
   *
   * @param retryBase about which a delivery that has failed once waits
   */
  ClaimLoop(DueClaimer claimer, Duration beat, Duration retryBase) {
    this.claimer = claimer;
    this.beat = beat;
    this.seldom = seldom(beat, retryBase);
  }

  /** How often to look while none is pending: never more seldom than a second. */
  static Duration seldom(Duration beat, Duration retryBase) {
    Duration early = retryBase.dividedBy(2);
    Duration longest = early.compareTo(LONGEST) < 0 ? early : LONGEST;
    return longest.compareTo(beat) > 0 ? longest : beat;
  }

  @Override
  public void run() {
    while (stopped.getCount() > 0) {
      pause(look());
    }
  }

  void stop() {
    stopped.countDown();
  }

  /** Looks once; answers how long to wait for the next look. */
  private Duration look() {
    try {
      DueClaimer.Found found = claimer.look();
      failing = false;
      return switch (found) {
        case MORE -> Duration.ZERO;
        case SOME -> beat;
        case NONE -> seldom;
      };
    } catch (RuntimeException e) {
      if (!failing) {
        LOG.warn("Due webhooks cannot be looked up; trying again every {}", AFTER_FAILURE, e);
      }
      failing = true;
      return AFTER_FAILURE;
    }
  }

  private void pause(Duration wait) {
    try {
      stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped.countDown();
    }
  }
}
