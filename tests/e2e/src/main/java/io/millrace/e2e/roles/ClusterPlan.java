package io.millrace.e2e.roles;

import io.millrace.standalone.testing.S3Server;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster is made of.
 *
 * @param brokers of Kafka; more than one are a cluster of their own
 * @param settings environment names and values for every gateway and worker
 */
public record ClusterPlan(
    String name,
    int brokers,
    RedisTopology redis,
    int gateways,
    int workers,
    Map<String, String> settings) {

  /** How long a silent worker keeps its jobs: short, since every rescue waits for it. */
  public static final int LEASE_SECONDS = 3;

  private static final String FILES_STORE = "MILLRACE_FILES_STORE";

  private static final String PACKAGES = "MILLRACE_PACKAGES";

  /** Slots of each worker. */
  public static final int SLOTS = 2;

  /** Two gateways, two workers of two slots, a lease of three seconds. */
  public static ClusterPlan usual(String name) {
    return new ClusterPlan(
        name,
        1,
        RedisTopology.SINGLE,
        2,
        2,
        Map.of(
            "MILLRACE_QUEUE_LEASE", LEASE_SECONDS + "s",
            "MILLRACE_WORKER_SLOTS", "" + SLOTS,
            "MILLRACE_WORKER_DRAIN_GRACE", "4s",
            "MILLRACE_WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8",
            "MILLRACE_WEBHOOK_RETRY_BASE", "200ms",
            "MILLRACE_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  }

  /** With other numbers of roles. */
  public ClusterPlan of(int otherGateways, int otherWorkers) {
    return new ClusterPlan(name, brokers, redis, otherGateways, otherWorkers, settings);
  }

  /** With so many brokers, each of which has a copy of everything. */
  public ClusterPlan withBrokers(int number) {
    return new ClusterPlan(name, number, redis, gateways, workers, settings)
        .with("MILLRACE_QUEUE_REPLICAS", "" + number)
        .with("MILLRACE_QUEUE_REQUIREREPLICAS", "true");
  }

  /** With another kind of Redis. */
  public ClusterPlan withRedis(RedisTopology other) {
    return new ClusterPlan(name, brokers, other, gateways, workers, settings);
  }

  /** Whether its files are in a bucket, for which it needs a server. */
  boolean wantsBucket() {
    return settings.getOrDefault(FILES_STORE, "").startsWith("s3:");
  }

  /** With the server of its bucket. */
  ClusterPlan withBucket(S3Server server) {
    return with("MILLRACE_FILES_S3_ENDPOINT", server.endpoint().toString())
        .with("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY)
        .with("AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY);
  }

  /** With files in a bucket of its own, or in this folder. */
  public ClusterPlan withFiles(@Nullable Path folder) {
    return with(FILES_STORE, folder == null ? "s3://" + S3Server.BUCKET : "dir:" + folder);
  }

  /** With packages: any may be asked for, and every worker builds them from an index of its own. */
  public ClusterPlan withPackages() {
    return with(PACKAGES, "any")
        .with("MILLRACE_PACKAGES_BUILDER", "true")
        .with("MILLRACE_PACKAGES_BUILDTIME", "60s");
  }

  /** Whether it needs an index of packages. */
  boolean wantsIndex() {
    return settings.containsKey(PACKAGES);
  }

  /** With one more setting, or another value for it. */
  public ClusterPlan with(String setting, String value) {
    Map<String, String> all = new HashMap<>(settings);
    all.put(setting, value);
    return new ClusterPlan(name, brokers, redis, gateways, workers, all);
  }
}
