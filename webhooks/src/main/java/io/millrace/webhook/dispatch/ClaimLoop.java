package io.millrace.webhook.dispatch;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for due deliveries at a steady beat, and at once again while there are more. */
final class ClaimLoop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ClaimLoop.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final DueClaimer claimer;
  private final Duration beat;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean failing;

  ClaimLoop(DueClaimer claimer, Duration beat) {
    this.claimer = claimer;
    this.beat = beat;
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
      boolean more = claimer.look();
      failing = false;
      return more ? Duration.ZERO : beat;
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
