package io.millrace.sandbox;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox is to run. Immutable.
 *
 * @param jobId its name in every frame about it
 * @param code Python, of any length, may be empty
 * @param timeout whole seconds that it may run, 1 or more
 * @param network how it reaches hosts; null: it reaches none
 * @param packages what it may import beside what the host has; null for nothing
 */
public record Program(
    UUID jobId,
    String code,
    int timeout,
    @Nullable NetworkAccess network,
    @Nullable Packages packages) {

  /**
   * Packages of a job's own.
   *
   * @param name of their folder below the setting {@code environments}: 64 hexadecimal digits
   * @param imports modules that may be imported before such a job comes
   */
  public record Packages(String name, List<String> imports) {

    public Packages {
      imports = List.copyOf(imports);
    }
  }

  /** One without packages of its own and without network. */
  public Program(UUID jobId, String code, int timeout) {
    this(jobId, code, timeout, null, null);
  }
}
