package io.millrace.queue;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.kafka.autoconfigure.SslBundleSslEngineFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/**
 * Makes Kafka's clients with the settings that the promises rest on; addresses and security come
 * from {@code spring.kafka.*}.
 */
public final class QueueClients {

  private final KafkaProperties kafka;
  private final @Nullable SslBundle bundle;

  /** For connections that are not encrypted, or by certificates that the JVM trusts anyway. */
  public QueueClients(KafkaProperties kafka) {
    this(kafka, null);
  }

  /**
   * @param bundle whose certificates count instead, when there is one: Boot gives it to clients of
   *     its own making only
   */
  public QueueClients(KafkaProperties kafka, @Nullable SslBundle bundle) {
    this.kafka = kafka;
    this.bundle = bundle;
  }

  /** A template on a producer of its own. */
  public KafkaTemplate<byte[], byte[]> producer() {
    return new KafkaTemplate<>(producerFactory());
  }

  /** Makes producers whose send is durable when it is confirmed and fails within two seconds. */
  public DefaultKafkaProducerFactory<byte[], byte[]> producerFactory() {
    Map<String, Object> config = trusting(kafka.buildProducerProperties());
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 800);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 1500);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2000);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.MAX_COMPLETION_BYTES);
    config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    return new DefaultKafkaProducerFactory<>(
        config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** A member of a share group that holds one record at a time and acknowledges it itself. */
  public ShareConsumer<byte[], byte[]> shareConsumer(String group, int fetchWaitMillis) {
    Map<String, Object> config = consumerConfig();
    // Boot sets it always; a share group has its own, and a consumer that names one is refused.
    config.remove(ConsumerConfig.ISOLATION_LEVEL_CONFIG);
    config.remove(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG);
    config.remove(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
    config.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    // Without this a consumer takes more records than it can run: 14 records/s instead of 504.
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1);
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, fetchWaitMillis);
    return new KafkaShareConsumer<>(
        config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** A reader of the log that belongs to no group. */
  public Consumer<byte[], byte[]> reader() {
    Map<String, Object> config = consumerConfig();
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * The same for one who reads single records far apart: it fetches no more than it is asked for.
   */
  public Consumer<byte[], byte[]> singleRecordReader() {
    Map<String, Object> config = consumerConfig();
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1);
    // It fetches ahead; at the log's end the next read would wait for that.
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 1);
    // What is not there is told at once, not waited for.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The broker's administration. */
  public Admin admin() {
    Map<String, Object> config = trusting(kafka.buildAdminProperties());
    config.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    return Admin.create(config);
  }

  private Map<String, Object> consumerConfig() {
    Map<String, Object> config = trusting(kafka.buildConsumerProperties());
    config.remove(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG);
    config.remove(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
    config.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    return config;
  }

  private Map<String, Object> trusting(Map<String, Object> properties) {
    Map<String, Object> config = new HashMap<>(properties);
    if (bundle != null) {
      config.put(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, SslBundleSslEngineFactory.class);
      config.put(SslBundle.class.getName(), bundle);
    }
    return config;
  }
}
