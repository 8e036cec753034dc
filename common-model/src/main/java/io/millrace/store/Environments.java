package io.millrace.store;

import io.millrace.queue.JobRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.redis.core.StringRedisTemplate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is known of sets of packages: which are built, which are wanted, and who builds them.
 * Thread-safe; each call is one round trip.
 */
public final class Environments {

  /** How long a set is remembered after its last use. */
  public static final Duration KEPT = Duration.ofDays(30);

  /** The channel on which builders hear that one is wanted. */
  public static final String WANTED = "{millrace}:environments:wanted";

  private static final String DISTRIBUTIONS = "{millrace}:distributions";
  private static final JsonMapper JSON = new JsonMapper();
  private static final TypeReference<List<String>> TEXTS = new TypeReference<>() {};

  private final Scripts scripts;
  private final StringRedisTemplate redis;

  public Environments(StringRedisTemplate redis) {
    this.scripts = new Scripts(redis);
    this.redis = redis;
  }

  /**
   * A set of packages that is built.
   *
   * @param key what it was asked for by
   * @param name SHA-256 of its file, in lower-case hexadecimal
   * @param fileId names its file in the store of files
   * @param size of its file, in bytes
   * @param imports modules of it that may be imported before a job comes
   */
  public record Row(String key, String name, String fileId, long size, List<String> imports) {

    public Row {
      imports = List.copyOf(imports);
    }

    static Row parse(String key, String json) {
      JsonNode read = JSON.readTree(json);
      return new Row(
          key,
          read.path("name").stringValue(),
          read.path("file_id").stringValue(),
          read.path("size").longValue(),
          read.path("imports").valueStream().map(JsonNode::stringValue).toList());
    }

    String json() {
      ObjectNode row =
          JSON.createObjectNode().put("name", name).put("file_id", fileId).put("size", size);
      imports.forEach(row.putArray("imports")::add);
      return row.toString();
    }
  }

  /** A set of packages that jobs wait for, and that is the asker's to build. */
  public record Wanted(String key, List<String> requirements) {}

  /** The longest waited for that nobody builds; the builder is the only one for {@code lease}. */
  public Optional<Wanted> take(String builder, Duration lease) {
    List<String> answer =
        scripts.run("environment_take", RedisKeys.EPOCH, builder, lease.toNanos() / 1000);
    return answer.isEmpty()
        ? Optional.empty()
        : Optional.of(new Wanted(answer.get(0), JSON.readValue(answer.get(1), TEXTS)));
  }

  /** Goes on to build for {@code lease} more; false when it is somebody else's by now. */
  public boolean keep(String key, String builder, Duration lease) {
    return Scripts.either(
        scripts.run("environment_keep", RedisKeys.EPOCH, key, builder, lease.toNanos() / 1000),
        "kept",
        "lost");
  }

  /** Lets others try after {@code pause}, or itself again: what it needs for that is away. */
  public void giveUp(String key, String builder, Duration pause) {
    keep(key, builder, pause);
  }

  /**
   * It is built.
   *
   * @return records of up to {@code most} jobs that waited for it, to be enqueued again
   */
  public List<JobRecord> built(Row row, int most) {
    return scripts
        .run("environment_built", RedisKeys.EPOCH, row.key(), row.json(), KEPT.toSeconds(), most)
        .stream()
        .map(JobRecord::parse)
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * It cannot be built: up to {@code most} jobs that wait for it, each to be ended; to be asked
   * again until there are none.
   */
  public List<UUID> failed(String key, int most) {
    return scripts.run("environment_failed", RedisKeys.EPOCH, key, most).stream()
        .map(UUID::fromString)
        .toList();
  }

  /** Its file is in the store no more. */
  public void forget(Row row) {
    scripts.run("environment_forget", RedisKeys.EPOCH, row.key(), row.json());
  }

  /** What the workers' interpreter has, as JSON; told again and again. */
  public void tellDistributions(String json, Duration lasts) {
    redis.opsForValue().set(DISTRIBUTIONS, json, lasts);
  }

  /** The same; empty until a worker has told it. */
  public Optional<String> distributions() {
    return Optional.ofNullable(redis.opsForValue().get(DISTRIBUTIONS));
  }
}
