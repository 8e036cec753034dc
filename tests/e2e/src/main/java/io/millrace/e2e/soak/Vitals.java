package io.millrace.e2e.soak;

import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.Probe;
import io.millrace.e2e.roles.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What the processes hold on to when nothing is to be done.
 *
 * @param roles by name
 * @param redisKeys how many keys there are
 */
record Vitals(Map<String, OfRole> roles, long redisKeys) {

  private static final int GC_SECONDS = 10;

  /**
   * One process.
   *
   * @param heapMiB what is left after a full collection
   * @param below how many processes run below it
   */
  record OfRole(long heapMiB, long threads, long descriptors, long below) {}

  static Vitals of(Cluster cluster) throws IOException {
    Map<String, OfRole> roles = new LinkedHashMap<>();
    for (Role role :
        Stream.concat(cluster.gateways().stream(), cluster.workers().stream()).toList()) {
      roles.put(role.name(), of(role));
    }
    return new Vitals(roles, Long.parseLong(cluster.redis().commands().text("DBSIZE")));
  }

  private static OfRole of(Role role) throws IOException {
    collect(role.process());
    int port = role.spec().managementPort();
    return new OfRole(
        (long) Probe.metric(port, "jvm_memory_used_bytes{area=\"heap\"").orElse(-1) >> 20,
        (long) Probe.metric(port, "jvm_threads_live_threads").orElse(-1),
        (long) Probe.metric(port, "process_files_open_files").orElse(-1),
        role.below().size());
  }

  /** A full collection, so that what is counted is what is held. */
  private static void collect(ProcessHandle process) throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process collection =
        new ProcessBuilder(List.of(jcmd.toString(), "" + process.pid(), "GC.run"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      collection.waitFor(GC_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
