package io.millrace.e2e.history;

import java.util.List;

/**
 * What the checker counted.
 *
 * @param invoked submissions
 * @param accepted those that were answered with a job
 * @param refused those that were refused
 * @param unclear those without an answer
 * @param ended jobs of which a result was read
 * @param recovered of these, jobs whose submission had no answer: allowed
 * @param starts runs that began
 * @param startedAgain starts of jobs that had been started before: allowed where a fault explains
 *     it
 * @param forgotten accepted jobs whose result went when Redis was emptied: allowed
 * @param violations every broken promise, a sentence each; empty when all was right
 */
public record Findings(
    int invoked,
    int accepted,
    int refused,
    int unclear,
    int ended,
    int recovered,
    int starts,
    int startedAgain,
    int forgotten,
    List<String> violations) {

  /** Whether nothing was broken. */
  public boolean isClean() {
    return violations.isEmpty();
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "%d invoked, %d accepted, %d refused, %d unclear; %d ended, %d recovered; %d starts, %d again; %d forgotten; %s"
        .formatted(
            invoked,
            accepted,
            refused,
            unclear,
            ended,
            recovered,
            starts,
            startedAgain,
            forgotten,
            isClean() ? "nothing broken" : "BROKEN: " + String.join("; ", violations));
  }
}
