package io.millrace.job;

import java.util.UUID;
import org.slf4j.MDC;
import org.slf4j.MDC.MDCCloseable;

/** Gives every line that a thread logs the id of the job that it is about. */
public final class AboutJob {

  /** The field of a log line. */
  public static final String FIELD = "job_id";

  private AboutJob() {}

  /** From now until it is closed; not to be nested. */
  public static MDCCloseable log(UUID jobId) {
    return MDC.putCloseable(FIELD, jobId.toString());
  }
}
