package io.millrace.sandbox;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox is to run. Immutable.
 *
 * @param jobId its name in every frame about it
 * @param code Python, of any length, may be empty
 * @param timeout whole seconds that it may run, 1 or more
 * @param network how it reaches hosts; null: it reaches none
 */
public record Program(UUID jobId, String code, int timeout, @Nullable NetworkAccess network) {

  /** One without network. */
  public Program(UUID jobId, String code, int timeout) {
    this(jobId, code, timeout, null);
  }
}
