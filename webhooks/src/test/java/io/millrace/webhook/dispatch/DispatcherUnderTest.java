package io.millrace.webhook.dispatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.queue.JobQueue;
import io.millrace.queue.QueueClients;
import io.millrace.webhook.WebhookConfiguration;
import io.millrace.webhook.delivery.DeliveryArchive;
import io.millrace.webhook.delivery.DeliveryReport;
import io.millrace.webhook.delivery.DeliveryState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.MapPropertySource;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A whole dispatcher on a real broker and a real Redis, as it stands in a gateway. */
final class DispatcherUnderTest implements AutoCloseable {

  private final AnnotationConfigApplicationContext context;

  @TestConfiguration(proxyBeanMethods = false)
  @EnableConfigurationProperties(KafkaProperties.class)
  static class Surroundings {

    @Bean
    QueueClients queueClients(KafkaProperties kafka) {
      return new QueueClients(kafka);
    }

    @Bean
    Admin admin(QueueClients clients) {
      return clients.admin();
    }

    @Bean
    JobQueue jobQueue(QueueClients clients) {
      return new JobQueue(clients.producer());
    }

    @Bean
    JedisConnectionFactory redisConnections(@Value("${test.redis.port}") int port) {
      return new JedisConnectionFactory(
          new RedisStandaloneConfiguration("127.0.0.1", port),
          JedisClientConfiguration.builder()
              .readTimeout(Duration.ofSeconds(2))
              .usePooling()
              .build());
    }

    @Bean
    StringRedisTemplate redis(JedisConnectionFactory connections) {
      return new StringRedisTemplate(connections);
    }

    @Bean
    MeterRegistry meters() {
      return new SimpleMeterRegistry();
    }
  }

  private DispatcherUnderTest(Map<String, Object> properties) {
    context = new AnnotationConfigApplicationContext();
    context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("t", properties));
    context.register(Surroundings.class, WebhookConfiguration.class, DispatchConfiguration.class);
    context.refresh();
  }

  /**
   * Starts one. Loopback is open, the whole schedule takes 20 s, and the claimer looks often.
   *
   * @param settings below {@code millrace.webhook}, as {@code name=value}
   */
  static DispatcherUnderTest start(String bootstrapServers, int redisPort, String... settings) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("spring.kafka.bootstrap-servers", bootstrapServers);
    properties.put("test.redis.port", redisPort);
    Stream.concat(
            Stream.of(
                "allowed-networks=127.0.0.0/8",
                "secret=" + AttemptFixture.SECRET,
                "retry-base=1ms",
                "poll-interval=20ms"),
            Stream.of(settings))
        .map(each -> each.split("=", 2))
        .forEach(each -> properties.put("millrace.webhook." + each[0], each[1]));
    return new DispatcherUnderTest(properties);
  }

  Optional<DeliveryReport> find(UUID jobId) {
    return archive().find(jobId);
  }

  List<DeliveryReport> dead(String owner) {
    return archive().dead(owner, 0, 100);
  }

  boolean is(UUID jobId, DeliveryState state) {
    return find(jobId).filter(report -> report.state() == state).isPresent();
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  double count(String meter, String tag, String value) {
    return bean(MeterRegistry.class).counter(meter, tag, value).count();
  }

  double count(String meter) {
    return bean(MeterRegistry.class).counter(meter).count();
  }

  double gauge(String meter) {
    return bean(MeterRegistry.class).get(meter).gauge().value();
  }

  private DeliveryArchive archive() {
    return bean(DeliveryArchive.class);
  }

  @Override
  public void close() {
    context.close();
  }
}
