package io.millrace.webhook.dispatch;

import io.millrace.webhook.delivery.LogProgress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The dispatcher's threads. At its end nothing more is taken, attempts in flight get the time of
 * one attempt, and what is then still open goes on elsewhere when its lease ends.
 */
final class WebhookDispatch implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookDispatch.class);

  private final List<TakerLoop> takers;
  private final ClaimLoop claims;
  private final LogProgress progress;
  private final ReceiverLimits receivers;
  private final long graceMillis;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean running;

  WebhookDispatch(
      List<TakerLoop> takers,
      ClaimLoop claims,
      LogProgress progress,
      ReceiverLimits receivers,
      long graceMillis) {
    this.progress = progress;
    this.takers = List.copyOf(takers);
    this.claims = claims;
    this.receivers = receivers;
    this.graceMillis = graceMillis;
  }

  @Override
  public void start() {
    running = true;
    takers.forEach(taker -> begin("webhook-taker", taker));
    begin("webhook-claimer", claims);
  }

  @Override
  public void stop() {
    running = false;
    takers.forEach(TakerLoop::stop);
    claims.stop();
    try {
      for (Thread thread : threads) {
        thread.join(graceMillis);
      }
      if (!receivers.awaitIdle(graceMillis)) {
        LOG.warn("Webhook attempts are still open; they are made again when their leases end");
      }
      progress.noteIfAny();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  private void begin(String name, Runnable loop) {
    Thread thread = new Thread(loop, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }
}
