package io.millrace.standalone.testing.receiver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A row of {@code webhook-urls.jsonl} or {@code more-webhook-urls.jsonl}.
 *
 * @param submit {@code accept} or {@code reject}
 * @param dispatch {@code pinned:ADDRESS}, {@code blocked}, {@code fail} or {@code n/a}
 * @param dns what the resolver answers, look-up by look-up
 * @param answer what the receiver does, in words
 */
public record UrlCase(
    String id,
    String group,
    String url,
    String submit,
    String dispatch,
    @Nullable List<List<String>> dns,
    @Nullable String answer) {

  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** All rows. */
  public static Stream<UrlCase> all() {
    return rows("/webhook/webhook-urls.jsonl");
  }

  /** Rows that say no more than whether the URL is taken at submit time. */
  public static Stream<UrlCase> more() {
    return rows("/webhook/more-webhook-urls.jsonl");
  }

  private static Stream<UrlCase> rows(String name) {
    try (InputStream file = Objects.requireNonNull(UrlCase.class.getResourceAsStream(name))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines().map(line -> JSON.readValue(line, UrlCase.class)).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
