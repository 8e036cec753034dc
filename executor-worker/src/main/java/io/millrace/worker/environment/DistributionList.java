package io.millrace.worker.environment;

import io.millrace.store.Environments;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/** Tells what jobs can import without asking, once a minute: a Redis may have forgotten it. */
final class DistributionList implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(DistributionList.class);
  private static final Duration LASTS = Duration.ofDays(1);

  private final Interpreter python;
  private final Environments environments;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "distributions");
            made.setDaemon(true);
            return made;
          });
  private volatile boolean running;

  DistributionList(Interpreter python, Environments environments) {
    this.python = python;
    this.environments = environments;
  }

  @Override
  public void start() {
    running = true;
    var unused = thread.scheduleWithFixedDelay(this::tell, 0, 1, TimeUnit.MINUTES);
  }

  @Override
  public void stop() {
    running = false;
    thread.shutdownNow();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  private void tell() {
    try {
      environments.tellDistributions(python.distributions(), LASTS);
    } catch (DataAccessException e) {
      log.debug("Redis is away; the list of packages is told again: {}", e.getMessage());
    }
  }
}
