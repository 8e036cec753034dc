package io.millrace.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.Limit;
import org.springframework.data.redis.connection.RedisStreamCommands.XAddOptions;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.StreamRecords;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * What running jobs write, for those who watch: a stream a watched job, bounded in pieces,
 * forgotten soon after its last one. Losing it loses nothing: the reply has the whole output.
 * Thread-safe.
 */
public final class OutputStreams {

  /** The most characters that one piece may have. */
  public static final int MAX_PIECE = 16 * 1024;

  private static final int MAX_PIECES = 1024;
  private static final Duration KEPT = Duration.ofSeconds(60);

  private final StringRedisTemplate redis;
  private final Scripts scripts;

  public OutputStreams(StringRedisTemplate redis) {
    this.redis = redis;
    this.scripts = new Scripts(redis);
  }

  /**
   * Somebody watches this job: its worker, should it run, appends what it writes for ten seconds
   * from now on.
   */
  public void follow(UUID jobId) {
    scripts.run("follow", RedisKeys.job(jobId), jobId);
  }

  /** Which of the two outputs. */
  public enum Channel {
    STDOUT("o"),
    STDERR("e");

    private final String wireName;

    Channel(String wireName) {
      this.wireName = wireName;
    }

    static Channel ofWireName(String name) {
      return name.equals(STDERR.wireName) ? STDERR : STDOUT;
    }
  }

  /**
   * Some of what an attempt of a job wrote.
   *
   * @param at at which character of this output the piece begins
   */
  public record Piece(int attempt, Channel channel, int at, String text) {}

  /**
   * Pieces of a stream.
   *
   * @param last where to read on
   */
  public record Pieces(List<Piece> pieces, String last) {}

  /** Appends a piece. Blocks for two round trips. */
  public void append(UUID jobId, Piece piece) {
    String key = RedisKeys.output(jobId);
    Map<String, String> fields =
        Map.of(
            "a", Integer.toString(piece.attempt()),
            "n", piece.channel().wireName,
            "p", Integer.toString(piece.at()),
            "t", piece.text());
    redis
        .<String, String>opsForStream()
        .add(
            StreamRecords.newRecord().in(key).ofMap(fields),
            XAddOptions.maxlen(MAX_PIECES).approximateTrimming(true));
    redis.expire(key, KEPT);
  }

  /** The next pieces behind {@code last}, at most so many; {@code "0"} is the beginning. */
  public Pieces read(UUID jobId, String last, int most) {
    List<MapRecord<String, String, String>> records =
        Objects.requireNonNullElse(
            redis
                .<String, String>opsForStream()
                .range(
                    RedisKeys.output(jobId),
                    Range.rightUnbounded(Range.Bound.exclusive(last)),
                    Limit.limit().count(most)),
            List.of());
    String end = records.isEmpty() ? last : records.get(records.size() - 1).getId().getValue();
    return new Pieces(records.stream().map(record -> piece(record.getValue())).toList(), end);
  }

  private static Piece piece(Map<String, String> fields) {
    return new Piece(
        Integer.parseInt(fields.getOrDefault("a", "1")),
        Channel.ofWireName(fields.getOrDefault("n", "")),
        Integer.parseInt(fields.getOrDefault("p", "0")),
        fields.getOrDefault("t", ""));
  }
}
