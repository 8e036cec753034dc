package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

class GatewayConfigurationTest {

  @Test
  @Timeout(30)
  void nothingIsLookedAtAnyMoreWhenTheStoresStop() throws Exception {
    CountDownLatch looked = new CountDownLatch(1);
    AtomicBoolean storesStopped = new AtomicBoolean();
    AtomicBoolean lookedAfterwards = new AtomicBoolean();
    try (GenericApplicationContext context = new GenericApplicationContext()) {
      context.registerBean(
          "beats", ThreadPoolTaskScheduler.class, () -> new GatewayConfiguration().beats());
      context.registerBean("stores", Stores.class, () -> new Stores(storesStopped));
      context.refresh();
      ThreadPoolTaskScheduler beats = context.getBean(ThreadPoolTaskScheduler.class);
      Future<?> looks =
          beats.scheduleWithFixedDelay(
              () -> {
                lookedAfterwards.compareAndSet(false, storesStopped.get());
                looked.countDown();
              },
              Duration.ofMillis(1));
      looked.await();
      context.stop();
      assertThat(looks.isCancelled()).isTrue();
    }
    assertThat(storesStopped).isTrue();
    assertThat(lookedAfterwards).isFalse();
  }

  /** Stops as the connections to Redis do. */
  private static final class Stores implements SmartLifecycle {

    private final AtomicBoolean stopped;
    private volatile boolean running;

    Stores(AtomicBoolean stopped) {
      this.stopped = stopped;
    }

    @Override
    public void start() {
      running = true;
    }

    @Override
    public void stop() {
      stopped.set(true);
      running = false;
    }

    @Override
    public boolean isRunning() {
      return running;
    }

    @Override
    public int getPhase() {
      return 0;
    }
  }
}
