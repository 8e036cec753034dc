package io.millrace.webhook.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/** Runs the Lua scripts of {@code resources/redis/webhooks}, each behind their prelude. */
final class DeliveryScripts {

  private static final String PRELUDE = read("prelude");

  @SuppressWarnings("rawtypes") // RedisScript takes the raw class of its answer.
  private final Map<String, RedisScript<List>> loaded = new ConcurrentHashMap<>();

  private final StringRedisTemplate redis;

  DeliveryScripts(StringRedisTemplate redis) {
    this.redis = redis;
  }

  List<String> run(String name, String key, Object... arguments) {
    Object[] texts = Arrays.stream(arguments).map(Object::toString).toArray();
    List<?> answer =
        redis.execute(loaded.computeIfAbsent(name, DeliveryScripts::load), List.of(key), texts);
    if (answer == null) {
      throw new IllegalStateException("Redis script " + name + " gave no answer");
    }
    return answer.stream().map(String::valueOf).toList();
  }

  @SuppressWarnings("rawtypes")
  private static RedisScript<List> load(String name) {
    return RedisScript.of(PRELUDE + read(name), List.class);
  }

  private static String read(String name) {
    try (InputStream script =
        DeliveryScripts.class.getResourceAsStream("/redis/webhooks/" + name + ".lua")) {
      if (script == null) {
        throw new IllegalStateException("No Redis script " + name);
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
