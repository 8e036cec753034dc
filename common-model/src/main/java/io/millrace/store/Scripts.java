package io.millrace.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import redis.clients.jedis.commands.FunctionBinaryCommands;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Calls the scripts of a library by name, and loads it into a Redis that does not have it: a new
 * one, or one that lost its last writes. Blocking; throws Spring's {@code DataAccessException}
 * while Redis is away. Thread-safe.
 */
public final class Scripts {

  /**
   * Those of jobs and batches. Only {@code admit}, {@code admit_batch}, and {@code writable} which
   * asks for them, are refused by a Redis that is full, so that what was accepted goes on and ends.
   */
  private static final ScriptLibrary OF_JOBS =
      ScriptLibrary.of(
          "redis", "prelude", "prelude_end", "prelude_batch", "prelude_packages", "prelude_gate");

  private static final String NOT_LOADED = "ERR Function not found";

  private final StringRedisTemplate redis;
  private final ScriptLibrary library;

  public Scripts(StringRedisTemplate redis, ScriptLibrary library) {
    this.redis = redis;
    this.library = library;
  }

  Scripts(StringRedisTemplate redis) {
    this(redis, OF_JOBS);
  }

  /**
   * Runs one script on a key; null arguments become the empty string, and a list stands for what is
   * in it.
   */
  public List<String> run(String name, String key, @Nullable Object... arguments) {
    List<byte[]> texts =
        Arrays.stream(arguments)
            .flatMap(each -> each instanceof List<?> list ? list.stream() : Stream.of(text(each)))
            .map(each -> text(each).getBytes(StandardCharsets.UTF_8))
            .toList();
    List<byte[]> keys = List.of(key.getBytes(StandardCharsets.UTF_8));
    byte[] function = library.functionOf(name);
    RedisConnectionFactory connections = redis.getRequiredConnectionFactory();
    // Not by the template, which makes two wrappers and a proxy for each command.
    try (RedisConnection connection = connections.getConnection()) {
      FunctionBinaryCommands commands = (FunctionBinaryCommands) connection.getNativeConnection();
      return call(commands, function, keys, texts).stream().map(Scripts::text).toList();
    } catch (JedisException e) {
      throw translated(connections, e);
    }
  }

  private List<?> call(
      FunctionBinaryCommands commands, byte[] function, List<byte[]> keys, List<byte[]> texts) {
    try {
      return (List<?>) commands.fcall(function, keys, texts);
    } catch (JedisDataException e) {
      if (!NOT_LOADED.equals(e.getMessage())) {
        throw e;
      }
      // Of two that load it at once the second changes nothing.
      commands.functionLoadReplace(library.text());
      return (List<?>) commands.fcall(function, keys, texts);
    }
  }

  private static RuntimeException translated(RedisConnectionFactory connections, JedisException e) {
    RuntimeException known = connections.translateExceptionIfPossible(e);
    return known == null ? e : known;
  }

  /**
   * Which of the answers this is: true for {@code yes}, false for one of the {@code others}.
   *
   * @throws IllegalStateException for any other, which the caller would take for one that it knows
   */
  static boolean either(List<String> answer, String yes, String... others) {
    if (answer.get(0).equals(yes)) {
      return true;
    }
    if (List.of(others).contains(answer.get(0))) {
      return false;
    }
    throw unknown("that says " + yes, answer);
  }

  /** The caller does not know this answer: to guess what it means would be worse. */
  static IllegalStateException unknown(String name, List<String> answer) {
    return new IllegalStateException(
        "The answer " + answer.get(0) + " of the Redis script " + name + " is not known here");
  }

  private static String text(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return value == null ? "" : value.toString();
  }
}
