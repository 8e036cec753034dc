package io.millrace.worker.environment;

import io.millrace.job.Job;
import io.millrace.packages.EnvironmentKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this worker's jobs ask for packages by.
 *
 * @param abi of the interpreter, as wheels tell it apart
 * @param index that is asked
 */
public record EnvironmentQuestion(String abi, String index) {

  /** The key of a job's set of packages; null where it asks for none. */
  public @Nullable String of(Job job) {
    List<String> requirements = job.request().dependencies();
    return requirements.isEmpty() ? null : EnvironmentKey.of(requirements, abi, index);
  }
}
