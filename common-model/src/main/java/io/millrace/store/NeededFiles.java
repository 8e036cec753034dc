package io.millrace.store;

import java.time.Duration;
import java.util.List;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Which kept files are read by jobs that have not ended. A job needs its files from the moment in
 * which the gate lets it in, and what was released is not let in any more, so that no file goes
 * while a job may read it. Thread-safe.
 */
public final class NeededFiles {

  /** Longer than any store takes to delete a file. */
  private static final Duration DELETION = Duration.ofMinutes(5);

  private final Scripts scripts;

  public NeededFiles(StringRedisTemplate redis) {
    this.scripts = new Scripts(redis);
  }

  /** Whether a file may be deleted. */
  public enum Release {
    /** Nobody needs it, and for some minutes no job is let in that does: delete it. */
    FREE,
    /** A job reads it that has not ended. */
    NEEDED,
    /** Redis has lost what it knew, and learns it again from the log. */
    UNSURE
  }

  /** Asks to delete a file. */
  public Release release(String fileId) {
    List<String> answer =
        scripts.run("release_file", RedisKeys.EPOCH, fileId, DELETION.toSeconds());
    return switch (answer.get(0)) {
      case "free" -> Release.FREE;
      case "needed" -> Release.NEEDED;
      case "unsure" -> Release.UNSURE;
      default -> throw Scripts.unknown("release_file", answer);
    };
  }
}
