package io.millrace.gateway.queue;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.queue.JobQueue;
import io.millrace.store.EvictionPolicy;
import io.millrace.store.QueueGauge;
import io.millrace.store.QueueGauge.Reading;
import io.millrace.store.StoreMemory;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/** Looks at Kafka and Redis at each beat. Thread-safe; reading it costs nothing. */
@Component("queue")
public final class QueueMonitor implements HealthIndicator {

  private static final Logger log = LoggerFactory.getLogger(QueueMonitor.class);
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final int FAILURES_IN_A_ROW = 3;
  private static final int KAFKA_TIMEOUT_MILLIS = 3000;
  private static final Reading NOTHING_KNOWN =
      new Reading(0, 0, 0, 0, 0, 0, 0, Duration.ZERO, 0, false, Collections.emptySortedMap());

  private final AtomicInteger redisFailures = new AtomicInteger();
  private final AtomicInteger kafkaFailures = new AtomicInteger();
  private final QueueGauge gauge;
  private final StoreMemory store;
  private final EvictionPolicy eviction;
  private final JobQueue queue;
  private final Admin kafka;
  private volatile Reading reading = NOTHING_KNOWN;
  private volatile StoreMemory.Reading memory = StoreMemory.Reading.UNKNOWN;
  private volatile boolean redisUp;
  private volatile boolean kafkaUp;

  QueueMonitor(
      QueueGauge gauge,
      StoreMemory store,
      EvictionPolicy eviction,
      JobQueue queue,
      Admin kafka,
      TaskScheduler beats,
      MeterRegistry meters) {
    this.gauge = gauge;
    this.store = store;
    this.eviction = eviction;
    this.queue = queue;
    this.kafka = kafka;
    beats.scheduleWithFixedDelay(this::lookAtRedis, BEAT);
    beats.scheduleWithFixedDelay(this::lookAtKafka, BEAT);
    meters.gauge("millrace.kafka.up", this, each -> each.kafkaUp ? 1 : 0);
    meters.gauge("millrace.redis.up", this, each -> each.redisUp ? 1 : 0);
  }

  /** The queue as it was within the last second, while {@link #isUp}. */
  public Reading reading() {
    return reading;
  }

  /** How full Redis was within the last second, while {@link #isUp}. */
  public StoreMemory.Reading memory() {
    return memory;
  }

  /**
   * Whether a job can be taken: both are there, Redis keeps what it is told, the lanes are whole.
   */
  public boolean isUp() {
    return redisUp && kafkaUp && eviction.keepsAll() && reading.whole();
  }

  /** A call to Redis failed. One may be slow; after some in a row none is tried until a beat. */
  public void redisFailed() {
    if (redisFailures.incrementAndGet() >= FAILURES_IN_A_ROW) {
      redisUp = false;
    }
  }

  /** A record was not confirmed. One may be slow; after some in a row none is sent until a beat. */
  public void kafkaFailed() {
    if (kafkaFailures.incrementAndGet() >= FAILURES_IN_A_ROW) {
      kafkaUp = false;
    }
  }

  /** A job got all the way in. */
  public void worked() {
    redisFailures.set(0);
    kafkaFailures.set(0);
  }

  @Override
  public Health health() {
    return (isUp() ? Health.up() : Health.outOfService())
        .withDetail("kafka", kafkaUp)
        .withDetail("redis", redisUp)
        .withDetail("redis_keeps_all", eviction.told())
        .withDetail("lanes", reading.whole())
        .withDetail("store", memory.admits() ? "has room" : "is nearly full")
        .build();
  }

  private void lookAtRedis() {
    boolean before = redisUp;
    try {
      reading = gauge.read();
      lookAtMemory();
      eviction.look();
      redisFailures.set(0);
      redisUp = true;
    } catch (RuntimeException e) {
      redisUp = false;
      tell(before, "Redis", e);
    }
  }

  private void lookAtMemory() {
    StoreMemory.Reading now = store.read();
    if (memory.admits() && !now.admits()) {
      log.warn(
          "Redis uses {} of {} bytes: POST answers 503 until results have expired; give it more"
              + " memory, or shorten millrace.queue.result-ttl",
          now.used(),
          now.most());
    }
    memory = now;
  }

  private void lookAtKafka() {
    boolean before = kafkaUp;
    try {
      kafka
          .describeCluster(new DescribeClusterOptions().timeoutMs(KAFKA_TIMEOUT_MILLIS))
          .clusterId()
          .get(KAFKA_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
      if (!before) {
        queue.findLanes();
      }
      kafkaFailures.set(0);
      kafkaUp = true;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      kafkaUp = false;
      tell(before, "Kafka", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tell(boolean wasUp, String what, Exception e) {
    if (wasUp) {
      log.warn("{} is away; requests get 503 until it is back: {}", what, e.toString());
    }
  }
}
