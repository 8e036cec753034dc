package io.millrace.gateway;

import io.millrace.QueueConfiguration;
import io.millrace.console.ConsoleRoutes;
import io.millrace.store.OpenCalls;
import io.millrace.store.WorkerCards;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/** What the steps share. */
@Configuration(proxyBeanMethods = false)
@Import({QueueConfiguration.class, ConsoleRoutes.class})
class GatewayConfiguration {

  private static final int BEAT_THREADS = 3;
  private static final int BEFORE_THE_STORES_STOP = 2;
  private static final int LAST_LOOK_SECONDS = 5;

  /** As long as a caller may wait, its call may be cancelled by the name it gave it. */
  @Bean
  OpenCalls openCalls(StringRedisTemplate redis, GatewaySettings settings) {
    return new OpenCalls(redis, settings.gateway().maxWait());
  }

  @Bean
  WorkerCards workerCards(StringRedisTemplate redis) {
    return new WorkerCards(redis);
  }

  /** The clock of everything that is looked at again and again. */
  @Bean
  ThreadPoolTaskScheduler beats() {
    ThreadPoolTaskScheduler beats = new EndsInItsPhase();
    beats.setPoolSize(BEAT_THREADS);
    beats.setThreadNamePrefix("beat-");
    beats.setDaemon(true);
    // They go on while callers still wait for their replies.
    beats.setAcceptTasksAfterContextClose(true);
    beats.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    beats.setWaitForTasksToCompleteOnShutdown(true);
    beats.setAwaitTerminationSeconds(LAST_LOOK_SECONDS);
    beats.setPhase(BEFORE_THE_STORES_STOP);
    return beats;
  }

  /** Spring would end one that accepts tasks for so long after all else, the stores included. */
  private static final class EndsInItsPhase extends ThreadPoolTaskScheduler {

    private static final long serialVersionUID = 1L;

    @Override
    public void stop(Runnable callback) {
      shutdown();
      callback.run();
    }
  }
}
