package io.millrace.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a wide job ended, and what it left but for its files. All but {@code usage} is the program's
 * own word.
 *
 * @param displayJson what it showed: a JSON array of bundles by media type, {@code []} when empty
 * @param displayTruncated whether it showed more than is kept
 * @param errorDetailJson its exception: a JSON object; null where there is none
 * @param filesLost whether files were asked for and did not all come
 * @param omitted files that were over a limit, 64 at most
 */
public record WideOutcome(
    RunResult result,
    String displayJson,
    boolean displayTruncated,
    @Nullable String errorDetailJson,
    boolean filesLost,
    List<Omitted> omitted,
    Usage usage) {

  /**
   * A file that did not come.
   *
   * @param omitted {@code too_large} or {@code too_many}
   */
  public record Omitted(String path, long size, String omitted) {}

  /**
   * What a job used with all that it started, the sandbox's own processes left out.
   *
   * @param cpuMs milliseconds of cpu, from the kernel's accounts of its processes
   * @param memoryPeakBytes the most memory it had at once; by {@code rusage}, its largest process
   * @param outputBytes what it wrote to stdout and stderr, before they were cut
   * @param source whence the memory is known: {@code cgroup} or {@code rusage}
   */
  public record Usage(long cpuMs, long memoryPeakBytes, long outputBytes, String source) {}
}
