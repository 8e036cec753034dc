package io.millrace.gateway.submit;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.reply.ReplyAwaiter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.scheduler.Schedulers;

/**
 * The way out, before the web server's own: readiness is refused already, and stays so for the
 * delay in which load balancers notice; then no connection is taken any more, and callers who wait
 * get their replies. Those who still wait shortly before the grace ends get 202 and their job's
 * address, since the job goes on without this gateway.
 */
@Component
final class Drain implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  private final ReplyAwaiter awaiter;
  private final Duration delay;
  private final Duration patience;
  private volatile boolean running;

  Drain(
      ReplyAwaiter awaiter,
      GatewaySettings settings,
      @Value("${spring.lifecycle.timeout-per-shutdown-phase:30s}") Duration grace) {
    this.awaiter = awaiter;
    this.delay = settings.gateway().drainDelay();
    Duration margin = settings.gateway().drainMargin();
    this.patience = grace.compareTo(margin) > 0 ? grace.minus(margin) : Duration.ZERO;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop(Runnable done) {
    running = false;
    log.info(
        "Stopping: {} callers wait; they have {} s, then their jobs go on without them",
        awaiter.size(),
        patience.toSeconds());
    after(delay, done);
    after(delay.plus(patience), awaiter::sendAllAway);
  }

  private static void after(Duration wait, Runnable action) {
    Schedulers.parallel().schedule(action, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
