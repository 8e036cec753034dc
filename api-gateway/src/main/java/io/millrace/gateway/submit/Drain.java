package io.millrace.gateway.submit;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.reply.ReplyAwaiter;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

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
  private final TaskScheduler beats;
  private final Duration delay;
  private final Duration patience;
  private volatile boolean running;

  Drain(
      ReplyAwaiter awaiter,
      TaskScheduler beats,
      GatewaySettings settings,
      @Value("${spring.lifecycle.timeout-per-shutdown-phase:30s}") Duration grace) {
    this.awaiter = awaiter;
    this.beats = beats;
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
    beats.schedule(done, beats.getClock().instant().plus(delay));
    beats.schedule(awaiter::sendAllAway, beats.getClock().instant().plus(delay).plus(patience));
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
