package io.millrace.e2e.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Commands to a Redis on loopback, a connection each: a client that remembers nothing has nothing
 * to recover when its Redis is the one that is broken. Each takes five seconds at most.
 * Thread-safe.
 */
public final class Resp {

  private static final int LIMIT_MILLIS = 5_000;

  private final int port;

  public Resp(int port) {
    this.port = port;
  }

  /**
   * The answer as text: an integer's digits, a missing value as the empty text.
   *
   * @throws IOException when Redis does not answer, or answers with an error
   */
  public String text(String... command) throws IOException {
    Object answer = call(command);
    return answer instanceof List ? texts(answer).toList().toString() : text(answer);
  }

  /**
   * The same of a Redis that has to answer.
   *
   * @throws UncheckedIOException when it does not, or answers with an error
   */
  public String say(String... command) {
    try {
      return text(command);
    } catch (IOException e) {
      throw new UncheckedIOException("Redis does not take " + String.join(" ", command), e);
    }
  }

  /**
   * The answer as a list of texts; nested lists are flattened.
   *
   * @throws IOException when Redis does not answer, or answers with an error
   */
  public List<String> list(String... command) throws IOException {
    return texts(call(command)).toList();
  }

  private @Nullable Object call(String... command) throws IOException {
    byte[] name = command[0].getBytes(StandardCharsets.UTF_8);
    try (Jedis redis = new Jedis("127.0.0.1", port, LIMIT_MILLIS)) {
      return redis.sendCommand(() -> name, Arrays.copyOfRange(command, 1, command.length));
    } catch (JedisException e) {
      throw new IOException("Redis says " + e.getMessage(), e);
    }
  }

  private static Stream<String> texts(@Nullable Object answer) {
    return answer instanceof List<?> list
        ? list.stream().flatMap(Resp::texts)
        : Stream.of(text(answer));
  }

  private static String text(@Nullable Object answer) {
    if (answer instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return answer == null ? "" : answer.toString();
  }
}
