package io.millrace.e2e.rows;

import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs rows one after the other. Rows of the same plan share a cluster while they follow each
 * other; after a row that failed the next one gets a new cluster. Not thread-safe.
 */
public final class Trials implements AutoCloseable {

  private final Path folder;
  private int clusters;
  private @Nullable Cluster cluster;
  private @Nullable ClusterPlan plan;

  /** Everything is written below {@code folder}. */
  public Trials(Path folder) {
    this.folder = folder;
  }

  /**
   * Runs one row.
   *
   * @return what it measured
   * @throws AssertionError for every promise that was broken
   */
  public List<String> run(Row row) throws Exception {
    boolean held = false;
    Cluster ready = clusterFor(row.plan());
    try (Trial trial = new Trial(row.id(), ready)) {
      row.body().run(trial);
      ready.heal();
      held = true;
      return trial.figures();
    } finally {
      if (!held) {
        close();
      }
    }
  }

  private Cluster clusterFor(ClusterPlan wanted) {
    if (cluster == null || !wanted.equals(plan)) {
      close();
      cluster = Cluster.start(wanted, folder.resolve("cluster-" + ++clusters));
      plan = wanted;
    }
    return cluster;
  }

  @Override
  public void close() {
    if (cluster != null) {
      cluster.close();
      cluster = null;
      plan = null;
    }
  }
}
