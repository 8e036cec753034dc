package io.millrace.worker;

import io.millrace.job.Outcome;
import io.millrace.job.WideResults;
import org.jspecify.annotations.Nullable;

/**
 * How a job ended.
 *
 * @param wide what it leaves beside its outcome; null for a plain job
 */
record Ended(Outcome outcome, @Nullable WideResults wide) {

  Ended(Outcome outcome) {
    this(outcome, null);
  }
}
