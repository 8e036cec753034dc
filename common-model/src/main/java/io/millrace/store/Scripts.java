package io.millrace.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Runs the Lua scripts of {@code resources/redis} by name, each behind what it uses of the shared
 * preludes. The first line of each says what it may do (Redis 7 or later): only {@code admit},
 * {@code admit_batch}, and {@code writable} which asks for them, are refused by a Redis that is
 * full, so that what was accepted goes on and ends.
 */
final class Scripts {

  /** One after the other: what comes first knows nothing of what follows. */
  private static final Prelude PRELUDE =
      Prelude.parse(
          Stream.of("prelude", "prelude_end", "prelude_batch", "prelude_packages", "prelude_gate")
              .map(Scripts::read)
              .collect(Collectors.joining()));

  @SuppressWarnings("rawtypes")
  private final Map<String, RedisScript<List>> loaded = new ConcurrentHashMap<>();

  private final StringRedisTemplate redis;

  Scripts(StringRedisTemplate redis) {
    this.redis = redis;
  }

  /**
   * Runs one script on a key; null arguments become the empty string, and a list stands for what is
   * in it.
   */
  List<String> run(String name, String key, @Nullable Object... arguments) {
    Object[] texts =
        Arrays.stream(arguments)
            .flatMap(each -> each instanceof List<?> list ? list.stream() : Stream.of(text(each)))
            .map(Scripts::text)
            .toArray();
    List<?> answer =
        redis.execute(loaded.computeIfAbsent(name, Scripts::load), List.of(key), texts);
    if (answer == null) {
      throw new IllegalStateException("Redis script " + name + " gave no answer");
    }
    return answer.stream().map(Scripts::text).toList();
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
    return value == null ? "" : value.toString();
  }

  @SuppressWarnings("rawtypes")
  private static RedisScript<List> load(String name) {
    String script = read(name);
    int flagsEnd = script.indexOf('\n') + 1;
    String body = script.substring(flagsEnd);
    return RedisScript.of(script.substring(0, flagsEnd) + PRELUDE.usedBy(body) + body, List.class);
  }

  private static String read(String name) {
    try (InputStream script = Scripts.class.getResourceAsStream("/redis/" + name + ".lua")) {
      if (script == null) {
        throw new IllegalStateException("No Redis script " + name);
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
