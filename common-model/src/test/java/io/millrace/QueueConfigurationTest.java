package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.Job;
import io.millrace.job.Reply;
import io.millrace.queue.JobQueue;
import io.millrace.queue.JobRecord;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.RecordReader;
import io.millrace.queue.TopicIds;
import io.millrace.rescue.Rescue;
import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.store.QueueGauge;
import io.millrace.testing.Store;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

@Tag("services")
class QueueConfigurationTest {

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(QueueConfiguration.class)
  static class Role {

    @Bean
    MeterRegistry meters() {
      return new SimpleMeterRegistry();
    }

    @Bean
    BuildProperties build() {
      Properties properties = new Properties();
      properties.setProperty("version", "1.2.3");
      return new BuildProperties(properties);
    }
  }

  @Test
  void aRoleStartsWithAllThatIsSharedAndPausesAndGoesOn() throws Exception {
    try (ConfigurableApplicationContext role = start("--millrace.queue.max-length=17")) {
      assertThat(role.getBean(QueueSettings.class).maxLength()).isEqualTo(17);
      Reply.Speaker speaker = role.getBean(Reply.Speaker.class);
      assertThat(speaker.buildNumber()).isEqualTo("1.2.3");
      assertThat(speaker.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(role.getBean(QueueGauge.class).read().running()).isNotNegative();
      Job job = Store.job("owner");
      long sent = role.getBean(JobQueue.class).enqueue(Lane.BULK, job).get(10, TimeUnit.SECONDS);
      String topic = role.getBean(TopicIds.class).of(Lane.BULK.topic());
      JobRecord record = new JobRecord(job.jobId(), new RecordPointer(Lane.BULK, topic, sent));
      assertThat(role.getBean(RecordReader.class).read(record)).isPresent();

      role.stop();
      assertThat(role.getBean(Rescue.class).isRunning()).isFalse();
      role.start();
      assertThat(role.getBean(Rescue.class).isRunning()).isTrue();
    }
  }

  private static ConfigurableApplicationContext start(String... more) {
    SharedInfrastructure infrastructure = SharedInfrastructure.get();
    String[] arguments = new String[more.length + 3];
    System.arraycopy(more, 0, arguments, 3, more.length);
    arguments[0] = "--spring.kafka.bootstrap-servers=" + infrastructure.bootstrapServers();
    arguments[1] = "--spring.data.redis.host=" + infrastructure.redisHost();
    arguments[2] = "--spring.data.redis.port=" + infrastructure.redisPort();
    return new SpringApplicationBuilder(Role.class)
        .web(WebApplicationType.NONE)
        .bannerMode(Banner.Mode.OFF)
        .run(arguments);
  }
}
