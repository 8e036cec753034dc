package io.millrace.observability;

import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;

/** A gateway and a worker as processes, with our loggers at DEBUG, and where they send to. */
final class Observed implements AutoCloseable {

  final Receiver receiver = Receiver.start();
  final Caller caller;
  private final Cluster cluster;

  /**
   * @param name of the folder of their logs, below {@code target}
   * @param more settings
   */
  Observed(String name, BiFunction<ClusterPlan, Receiver, ClusterPlan> more) {
    ClusterPlan plan = ClusterPlan.usual(name).of(1, 1).with("LOGGING_LEVEL_IO_MILLRACE", "DEBUG");
    cluster = Cluster.start(more.apply(plan, receiver), Path.of("target"));
    caller = new Caller(gateway());
  }

  Role gateway() {
    return cluster.gateway(0);
  }

  Role worker() {
    return cluster.worker(0);
  }

  /** Runs all sorts of jobs; answers their ids, that of the one with a webhook last. */
  List<String> runAllSortsOfJobs() {
    return new Markers(caller).spread(receiver.hookUrl());
  }

  Logs logs() {
    return new Logs(List.of(gateway(), worker()));
  }

  @Override
  public void close() {
    cluster.close();
    receiver.close();
  }
}
