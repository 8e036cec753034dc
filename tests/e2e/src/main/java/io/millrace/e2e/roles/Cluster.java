package io.millrace.e2e.roles;

import io.millrace.standalone.testing.S3Server;
import io.millrace.standalone.testing.Wheels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All the processes of one Millrace. Closing it ends them all. Not thread-safe. */
public final class Cluster implements AutoCloseable {

  private final Path folder;
  private final BrokerRole broker;
  private final RedisRole redis;
  private final @Nullable S3Server bucket;
  private final @Nullable Wheels index;
  private final Launch launch;
  private final List<Role> gateways = new ArrayList<>();
  private final List<Role> workers = new ArrayList<>();

  private Cluster(ClusterPlan plan, Path folder) {
    this.folder = folder;
    this.redis = RedisRole.start(folder.resolve("redis"), plan.redis());
    this.broker = startBroker(plan, folder, redis);
    this.bucket = plan.wantsBucket() ? S3Server.start(folder) : null;
    ClusterPlan whole = bucket == null ? plan : plan.withBucket(bucket);
    this.index = plan.wantsIndex() ? startIndex() : null;
    if (index != null) {
      whole = whole.with("MILLRACE_PACKAGES_INDEX", index.index().toString());
    }
    this.launch = new Launch(whole, folder, broker.bootstrapServers(), redis.settings());
  }

  /** Starts everything in a new folder below {@code parent} and returns when all of it is ready. */
  public static Cluster start(ClusterPlan plan, Path parent) {
    Cluster cluster = new Cluster(plan, emptied(parent.resolve(plan.name())));
    try {
      for (int i = 1; i <= plan.gateways(); i++) {
        cluster.gateways.add(cluster.launch.gateway("gateway-" + i));
      }
      for (int i = 1; i <= plan.workers(); i++) {
        cluster.workers.add(cluster.launch.worker("worker-" + i));
      }
      cluster.gateways.forEach(Role::awaitReady);
      cluster.workers.forEach(Role::awaitReady);
      cluster.workers.forEach(Role::below);
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  private static BrokerRole startBroker(ClusterPlan plan, Path folder, RedisRole redis) {
    try {
      return BrokerRole.start(folder.resolve("kafka"), plan.brokers());
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
  }

  private static Wheels startIndex() {
    try {
      return new Wheels();
    } catch (IOException e) {
      throw new UncheckedIOException("the index of packages does not start", e);
    }
  }

  public BrokerRole broker() {
    return broker;
  }

  public RedisRole redis() {
    return redis;
  }

  /** The S3 server of a plan whose files are in a bucket. */
  public S3Server bucket() {
    return Objects.requireNonNull(bucket, "the plan has no bucket");
  }

  /** Where the packages of a plan that has some come from. */
  public Wheels index() {
    return Objects.requireNonNull(index, "the plan has no packages");
  }

  public Role gateway(int number) {
    return gateways.get(number);
  }

  public Role worker(int number) {
    return workers.get(number);
  }

  public List<Role> gateways() {
    return List.copyOf(gateways);
  }

  public List<Role> workers() {
    return List.copyOf(workers);
  }

  /** How this cluster starts its roles: for one that needs other settings. */
  public Launch launch() {
    return launch;
  }

  /** One more worker; returns at once. */
  public Role addWorker() {
    return addWorker(launch);
  }

  /** One more worker, with the settings of this launch; returns at once. */
  public Role addWorker(Launch other) {
    Role worker = other.worker("worker-" + (workers.size() + 1));
    workers.add(worker);
    return worker;
  }

  /** Starts what is not running, lets go on what is frozen, and returns when all is ready. */
  public void heal() {
    if (!broker.isWhole()) {
      broker.restart();
    }
    if (!redis.process().isAlive()) {
      redis.restart();
    }
    if (bucket != null && !bucket.process().isAlive()) {
      bucket.restart();
    }
    Signals.cont(broker.process());
    Signals.cont(redis.process());
    roles().filter(role -> !role.isAlive()).forEach(Role::restart);
    roles().forEach(Role::thaw);
    roles().forEach(Role::awaitReady);
  }

  private Stream<Role> roles() {
    return Stream.concat(gateways.stream(), workers.stream());
  }

  /** Where logs, histories and the stores' data are. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    roles().forEach(Role::close);
    broker.close();
    redis.close();
    if (bucket != null) {
      bucket.close();
    }
    if (index != null) {
      index.close();
    }
  }

  private static Path emptied(Path folder) {
    try {
      if (Files.exists(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
      }
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot empty " + folder, e);
    }
  }
}
