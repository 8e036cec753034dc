package io.millrace.e2e.rows;

import io.millrace.e2e.roles.ClusterPlan;

/**
 * One row of the fault matrix.
 *
 * @param id its name there
 * @param promise what holds in spite of the fault
 * @param when where it runs
 * @param plan the cluster it needs
 * @param body breaks and looks; throws {@link AssertionError} for a broken promise
 */
public record Row(String id, String promise, When when, ClusterPlan plan, Body body) {

  /** Where a row runs. */
  public enum When {
    /** In the fault suite, and by name. */
    CI,
    /** By name only: it takes long, or wants a machine to itself. */
    BY_NAME
  }

  /** What a row does. */
  public interface Body {
    void run(Trial trial) throws Exception;
  }

  @Override
  public String toString() {
    return id + ": " + promise;
  }
}
