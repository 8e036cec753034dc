package io.millrace.worker.sandbox;

import io.millrace.job.Outcome;
import io.millrace.job.WideResults.Usage;
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
    Outcome outcome,
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
}
