package io.millrace.e2e.roles;

import io.millrace.standalone.testing.BrokerProcess;
import java.nio.file.Path;

/** The broker, which can be killed, frozen and started again on its disk and port. */
public final class BrokerRole implements AutoCloseable {

  private final Path folder;
  private BrokerProcess broker;

  private BrokerRole(Path folder, BrokerProcess broker) {
    this.folder = folder;
    this.broker = broker;
  }

  static BrokerRole start(Path folder) {
    return new BrokerRole(folder, BrokerProcess.start(folder, 0));
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  public ProcessHandle process() {
    return broker.process();
  }

  /** As {@code kill -9}. */
  public void kill() {
    broker.kill();
  }

  /** Stops it in order. */
  public void stop() {
    broker.close();
  }

  /** Starts it again on what it had; returns when it is ready. */
  public void restart() {
    broker = BrokerProcess.start(folder, broker.port());
  }

  @Override
  public void close() {
    if (broker.process().isAlive()) {
      broker.kill();
    }
  }
}
