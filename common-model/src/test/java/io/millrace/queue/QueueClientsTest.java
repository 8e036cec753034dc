package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SslConfigs;
import org.junit.jupiter.api.Test;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.kafka.autoconfigure.SslBundleSslEngineFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;

class QueueClientsTest {

  /** Of the four kinds of client, the one that shows its settings: all are made in the same way. */
  @Test
  void aBundleIsWhatTheClientsTrust() {
    SslBundle bundle = SslBundle.of(SslStoreBundle.of(null, null, null));
    Map<String, Object> config =
        new QueueClients(new KafkaProperties(), bundle)
            .producerFactory()
            .getConfigurationProperties();
    assertThat(config)
        .containsEntry(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, SslBundleSslEngineFactory.class)
        .containsEntry(SslBundle.class.getName(), bundle)
        .containsEntry(ProducerConfig.ACKS_CONFIG, "all");
  }

  @Test
  void withoutABundleTheClientsTrustWhatTheirVirtualMachineDoes() {
    assertThat(
            new QueueClients(new KafkaProperties()).producerFactory().getConfigurationProperties())
        .doesNotContainKey(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG);
  }
}
