package io.millrace.service;

import io.millrace.e2e.drive.Client;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Launch;
import java.net.URI;
import java.nio.file.Path;

/**
 * A gateway and a worker on stores of their own, started by the first test of the JVM that asks
 * (some 20 s) and stopped when the JVM ends. Tests share it: each leaves it idle. Thread-safe.
 */
public final class Service {

  /** So many jobs may wait: few, so that a test can fill the queue. */
  public static final int MAX_QUEUE_LENGTH = 4;

  /** Bytes of one file. */
  public static final int LARGEST_FILE = 1000;

  /** Bytes of all files of its key. */
  public static final int FILE_QUOTA = 2500;

  private final Cluster cluster;

  private Service() {
    Path folder = Path.of("target", "service-" + ProcessHandle.current().pid());
    ClusterPlan plan =
        ClusterPlan.usual("service")
            .of(1, 1)
            .with("MILLRACE_QUEUE_MAX_LENGTH", "" + MAX_QUEUE_LENGTH)
            .with("MILLRACE_API_KEYS", Launch.API_KEY + " files=" + FILE_QUOTA)
            .with("MILLRACE_FILES_STORE", "dir:" + folder.resolve("files").toAbsolutePath())
            .with("MILLRACE_FILES_MAXSIZE", LARGEST_FILE + "B");
    cluster = Cluster.start(plan, folder);
    Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "stop-service"));
  }

  /** The same at every call. */
  public static Service get() {
    return Holder.INSTANCE;
  }

  /** Where it answers, without a slash at the end. */
  public String url() {
    return "http://127.0.0.1:" + cluster.gateway(0).spec().port();
  }

  public String key() {
    return Launch.API_KEY;
  }

  /** A caller with its key. */
  public Client client() {
    return new Client(URI.create(url()), key());
  }

  private static final class Holder {
    static final Service INSTANCE = new Service();
  }
}
