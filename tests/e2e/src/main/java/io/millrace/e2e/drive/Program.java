package io.millrace.e2e.drive;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a caller sends: a program that proves that it was this very one that ran, by its name in its
 * result, and which of its runs, by random bytes in its output.
 *
 * @param k the name of the submission, unique in a history
 * @param timeoutSeconds its time limit
 * @param properties what only {@code /v1/jobs} takes; empty for the plain route
 */
public record Program(String k, String code, int timeoutSeconds, Map<String, Object> properties) {

  private static final int TIMEOUT_SECONDS = 60;

  /** One of the plain route. */
  public Program(String k, String code, int timeoutSeconds) {
    this(k, code, timeoutSeconds, Map.of());
  }

  /** The same by {@code /v1/jobs}, with one more of its properties. */
  public Program with(String property, Object value) {
    Map<String, Object> more = new HashMap<>(properties);
    more.put(property, value);
    return new Program(k, code, timeoutSeconds, more);
  }

  /** The same with a kept file at this path. */
  public Program reading(String path, String fileId) {
    return with("files", List.of(Map.of("path", path, "file_id", fileId)));
  }

  /** Sleeps, then returns its name. */
  public static Program sleeping(String k, Duration time) {
    return of(k, "import time\ntime.sleep(%s)".formatted(time.toMillis() / 1000.0));
  }

  /** Sleeps, prints so many characters, then returns its name. */
  static Program printing(String k, Duration time, int characters) {
    return of(
        k,
        "import time\ntime.sleep(%s)\nprint('x' * %d)"
            .formatted(time.toMillis() / 1000.0, characters));
  }

  /** Runs {@code code}, then returns its name. */
  public static Program of(String k, String code) {
    return new Program(
        k,
        """
        import os
        print(%1$s, os.urandom(8).hex(), flush=True)
        %2$s
        return %1$s
        """
            .formatted("'" + k + "'", code),
        TIMEOUT_SECONDS);
  }

  /** The same with another time limit. */
  public Program within(int seconds) {
    return new Program(k, code, seconds, properties);
  }
}
