package io.millrace.gateway;

import io.millrace.QueueConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/** What the steps share. */
@Configuration(proxyBeanMethods = false)
@Import(QueueConfiguration.class)
class GatewayConfiguration {

  private static final int BEAT_THREADS = 3;
  private static final int BEFORE_THE_STORES_STOP = 2;

  /** The clock of everything that is looked at again and again. */
  @Bean
  ThreadPoolTaskScheduler beats() {
    ThreadPoolTaskScheduler beats = new ThreadPoolTaskScheduler();
    beats.setPoolSize(BEAT_THREADS);
    beats.setThreadNamePrefix("beat-");
    beats.setDaemon(true);
    // They go on while callers still wait for their replies.
    beats.setAcceptTasksAfterContextClose(true);
    beats.setPhase(BEFORE_THE_STORES_STOP);
    return beats;
  }
}
