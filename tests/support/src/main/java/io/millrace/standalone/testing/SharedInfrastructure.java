package io.millrace.standalone.testing;

import io.millrace.standalone.EmbeddedBroker;
import io.millrace.standalone.EmbeddedRedis;
import java.util.ServiceLoader;

/**
 * One broker and one Redis for all the tests of a JVM, started by the first that asks (some 3 s)
 * and stopped when the JVM ends: the embedded ones, or those of the {@link SharedStores} that is on
 * the class path. Tests share them, so each names its own topics, groups and keys; one that stops,
 * freezes or empties a store starts its own with {@link EmbeddedBroker#start}, {@link
 * EmbeddedRedis#start} or {@link BrokerProcess#start}.
 */
public final class SharedInfrastructure {
  private final SharedStores stores;

  private SharedInfrastructure() {
    stores = ServiceLoader.load(SharedStores.class).findFirst().orElseGet(EmbeddedStores::new);
    Runtime.getRuntime().addShutdownHook(new Thread(stores::close, "stop-shared-infrastructure"));
  }

  /** Thread-safe; the same at every call. */
  public static SharedInfrastructure get() {
    return Holder.INSTANCE;
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return stores.bootstrapServers();
  }

  public String redisHost() {
    return stores.redisHost();
  }

  public int redisPort() {
    return stores.redisPort();
  }

  private static final class Holder {
    static final SharedInfrastructure INSTANCE = new SharedInfrastructure();
  }
}
