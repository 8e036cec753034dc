package io.millrace.queue;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What gateway and worker must agree on: the properties below {@code millrace.queue}.
 *
 * @param maxLength jobs that may wait, over all gateways; 0 is no limit
 * @param lease how long a silent worker keeps its jobs; at least 1 s
 * @param maxFaults how often a job may lose its worker, or our sandbox may fail it, before it is
 *     given up
 * @param retention how long the log keeps records: above the longest possible wait
 * @param resultTtl how long a reply can be asked for
 * @param deadTtl the same for jobs that were given up
 * @param idempotencyTtl how long an Idempotency-Key is remembered
 * @param maxReply bytes of the largest reply as it is sent; what does not fit is cut and flagged
 * @param largeReply bytes of the largest reply that is kept in Redis; larger ones are kept in Kafka
 * @param maxBytes of the lanes on disk; over it the programs of ended jobs are let go of early, and
 *     over twice that no new job is let in
 * @param requireReplicas whether a role that finds the topics less safe than {@code
 *     millrace.queue.replicas} asks for does not start; else it warns
 */
@ConfigurationProperties("millrace.queue")
public record QueueSettings(
    @DefaultValue("10000") long maxLength,
    @DefaultValue("15s") Duration lease,
    @DefaultValue("3") int maxFaults,
    @DefaultValue("7d") Duration retention,
    @DefaultValue("1h") Duration resultTtl,
    @DefaultValue("7d") Duration deadTtl,
    @DefaultValue("24h") Duration idempotencyTtl,
    @DefaultValue("4MB") DataSize maxReply,
    @DefaultValue("32KB") DataSize largeReply,
    @DefaultValue("4GB") DataSize maxBytes,
    @DefaultValue("false") boolean requireReplicas) {

  /** The largest reply that may be asked for: as a text in a completion it doubles at most. */
  static final DataSize LARGEST_REPLY = DataSize.ofMegabytes(9);

  private static final DataSize LEAST_REPLY = DataSize.ofKilobytes(4);

  public QueueSettings {
    check(maxLength >= 0, "max-length", "0 (no limit) or more", maxLength);
    check(lease.toMillis() >= 1000, "lease", "1s or more", lease);
    check(maxFaults >= 1, "max-faults", "1 or more", maxFaults);
    check(retention.toMinutes() >= 1, "retention", "1m or more", retention);
    check(resultTtl.toSeconds() >= 1, "result-ttl", "1s or more", resultTtl);
    check(deadTtl.toSeconds() >= 1, "dead-ttl", "1s or more", deadTtl);
    check(idempotencyTtl.toSeconds() >= 1, "idempotency-ttl", "1s or more", idempotencyTtl);
    check(
        maxReply.compareTo(LEAST_REPLY) >= 0 && maxReply.compareTo(LARGEST_REPLY) <= 0,
        "max-reply",
        "4KB to 9MB",
        maxReply);
    check(maxBytes.toMegabytes() >= 1, "max-bytes", "1MB or more", maxBytes);
    check(largeReply.toBytes() >= 0, "large-reply", "0B (all in Kafka) or more", largeReply);
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.queue." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
