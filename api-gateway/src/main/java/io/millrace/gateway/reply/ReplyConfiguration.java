package io.millrace.gateway.reply;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.store.JobArchive;
import io.millrace.store.RedisKeys;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.scheduling.TaskScheduler;

/** Listens for as long as the web server answers. */
@Configuration(proxyBeanMethods = false)
class ReplyConfiguration {

  private static final int AFTER_REDIS_BEFORE_THE_WEB_SERVER = 1;
  private static final long RECOVERY_MILLIS = 500;

  @Bean
  GatewayId gatewayId() {
    return new GatewayId(UUID.randomUUID().toString());
  }

  @Bean
  ReplyChannel replyChannel(
      ReplyAwaiter awaiter,
      JobArchive archive,
      StoreCalls stores,
      Replies replies,
      GatewaySettings settings,
      TaskScheduler beats) {
    ReplyChannel channel = new ReplyChannel(awaiter, archive, stores, replies);
    beats.scheduleWithFixedDelay(channel::askForAll, settings.gateway().replyBeat());
    return channel;
  }

  @Bean
  RedisMessageListenerContainer replyListener(
      RedisConnectionFactory redis, ReplyChannel channel, GatewayId gatewayId) {
    RedisMessageListenerContainer container = new RedisMessageListenerContainer();
    container.setConnectionFactory(redis);
    container.setSubscriptionExecutor(new SimpleAsyncTaskExecutor("replies-"));
    container.setTaskExecutor(Runnable::run);
    container.setRecoveryInterval(RECOVERY_MILLIS);
    container.setPhase(AFTER_REDIS_BEFORE_THE_WEB_SERVER);
    container.addMessageListener(channel, new ChannelTopic(RedisKeys.replies(gatewayId.value())));
    return container;
  }
}
