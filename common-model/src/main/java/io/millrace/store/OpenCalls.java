package io.millrace.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Which job a caller's own name for a call stands for, while the call is open: so that any gateway
 * can end it. A name that two open calls bear at once stands for neither of them. Thread-safe;
 * blocks for a round trip; throws Spring's {@code DataAccessException} while Redis is away.
 */
public final class OpenCalls {

  private static final String PREFIX = "{millrace}:call:";
  private static final String CANCELLED = "{millrace}:call-cancelled:";
  private static final String TWO_CALLS = "two";

  private final StringRedisTemplate redis;
  private final Duration longest;

  /**
   * @param longest after which a call that nobody closed is forgotten
   */
  public OpenCalls(StringRedisTemplate redis, Duration longest) {
    this.redis = redis;
    this.longest = longest;
  }

  /** From here on the name stands for this job. */
  public void open(Name name, UUID jobId) {
    String key = name.key();
    if (!Boolean.TRUE.equals(redis.opsForValue().setIfAbsent(key, jobId.toString(), longest))) {
      redis.opsForValue().set(key, TWO_CALLS, longest);
    }
  }

  /**
   * The call is over, and its name stands for no job any more.
   *
   * @return whether its caller has cancelled it, so that nothing may be said of it
   */
  public boolean close(Name name, UUID jobId) {
    redis.delete(name.key());
    return Boolean.TRUE.equals(redis.delete(CANCELLED + jobId));
  }

  /** Notes that its caller cancels the call of that name; the job, if it stands for one. */
  public Optional<UUID> cancel(Name name) {
    Optional<UUID> found =
        Optional.ofNullable(redis.opsForValue().get(name.key()))
            .filter(value -> !value.equals(TWO_CALLS))
            .map(UUID::fromString);
    // Before its job ends: whoever waits for that must find the note.
    found.ifPresent(jobId -> redis.opsForValue().set(CANCELLED + jobId, "", longest));
    return found;
  }

  /**
   * What a caller calls a call.
   *
   * @param owner whose key it came with
   * @param session what tells apart the clients that share a key; empty where a client has none
   * @param id unique within the session
   */
  public record Name(String owner, String session, String id) {

    private String key() {
      String all = owner + '\n' + session + '\n' + id;
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
        return PREFIX + HexFormat.of().formatHex(digest, 0, 16);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }
}
