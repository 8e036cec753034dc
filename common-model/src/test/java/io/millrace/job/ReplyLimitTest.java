package io.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReplyLimitTest {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Reply.Speaker SPEAKER = new Reply.Speaker(42, 7, "1.0.0");
  private static final String TIMES = "300.000 86400.000 86700.000 10000";
  private static final int LIMIT = 64 * 1024;
  private static final int OUTPUT = 1 << 20;

  private static final List<String> WRITTEN =
      List.of(
          "\u0000", "\"", "\\", "\n", "\u007f", "x", "\u00e9", "\u2028", "\ufffd", "\ud83d\ude00");

  static Stream<Outcome> floods() {
    return WRITTEN.stream()
        .flatMap(
            each -> {
              String flood = each.repeat(OUTPUT / each.length());
              Output both = new Output(flood, flood, false);
              return Stream.of(
                  new Outcome.Succeeded(both, "null"),
                  new Outcome.Succeeded(new Output(flood, "", false), "[1]"),
                  new Outcome.Failed(both, "exception", flood, 1),
                  new Outcome.TimedOut(new Output("", flood, false), 1));
            });
  }

  @ParameterizedTest
  @MethodSource("floods")
  void whateverIsWrittenTheReplyIsWithinTheLimitAndSaysThatItWasCut(Outcome outcome) {
    String body = body(LIMIT, "id", outcome);
    assertThat(body.getBytes(UTF_8).length).isLessThanOrEqualTo(LIMIT);
    JsonNode reply = JSON.readTree(body);
    assertThat(output(reply).path("truncated").asBoolean()).isTrue();
    assertThat(body.getBytes(UTF_8).length).as("no room is wasted").isGreaterThan(LIMIT * 9 / 10);
    assertThat(new String(body.getBytes(UTF_8), UTF_8)).as("no half characters").isEqualTo(body);
  }

  @Test
  void whatFitsToTheByteIsNotCut() {
    Outcome outcome = new Outcome.Succeeded(new Output("\u0000\u00e9\n", "e", false), "[1]");
    long bytes = Reply.to(new Reply.About(new UUID(0, 0), "id", null), outcome, SPEAKER).bytes();
    assertThat(body(bytes, "id", outcome)).doesNotContain("truncated");
    assertThat(body(bytes - 1, "id", outcome)).contains("truncated");
  }

  @Test
  void theShorterOutputIsKeptWhole() {
    Outcome outcome = new Outcome.Succeeded(new Output("x".repeat(OUTPUT), "short", false), "null");
    assertThat(output(JSON.readTree(body(LIMIT, "id", outcome))).get("stderr").stringValue())
        .isEqualTo("short");
  }

  @Test
  void theResultIsKeptWholeBeforeAnyOutput() {
    String result = "\"" + "r".repeat(LIMIT / 2) + "\"";
    Outcome outcome = new Outcome.Succeeded(new Output("x".repeat(OUTPUT), "", false), result);
    JsonNode output = output(JSON.readTree(body(LIMIT, "id", outcome)));
    assertThat(output.get("result").stringValue()).hasSize(LIMIT / 2);
    assertThat(output.get("stdout").stringValue()).isNotEmpty();
  }

  @Test
  void aResultThatDoesNotFitIsNullAndTheOutputIsKept() {
    String result = "\"" + "r".repeat(OUTPUT) + "\"";
    Outcome outcome = new Outcome.Succeeded(new Output("out", "", false), result);
    JsonNode output = output(JSON.readTree(body(LIMIT, "id", outcome)));
    assertThat(output.get("result").isNull()).isTrue();
    assertThat(output.get("stdout").stringValue()).isEqualTo("out");
    assertThat(output.get("truncated").asBoolean()).isTrue();
  }

  @Test
  void theRequestsOwnIdIsNeverCut() {
    String id = "i".repeat(2 * LIMIT);
    Outcome outcome = new Outcome.Succeeded(new Output("out", "", false), "null");
    JsonNode reply = JSON.readTree(body(LIMIT, id, outcome));
    assertThat(reply.get("id").stringValue()).isEqualTo(id);
    assertThat(output(reply).get("stdout").stringValue()).isEmpty();
  }

  private static final WideResults.Usage USAGE = new WideResults.Usage(7, 8, 9, "cgroup");

  private static WideResults wide(int content, int display, int detail, int names) {
    WideResults.MadeFile file =
        new WideResults.MadeFile(
            "f".repeat(names), content, "0", "text/plain", null, "c".repeat(content), "utf8", null);
    return new WideResults(
        display == 0 ? "[]" : "[{\"text/plain\":\"" + "d".repeat(display) + "\"}]",
        false,
        List.of(file),
        false,
        detail == 0 ? null : "{\"type\":\"" + "e".repeat(detail) + "\"}",
        USAGE);
  }

  /** What is cut of a reply, and what of it is left. */
  static Stream<Arguments> wideFloods() {
    return Stream.of(
        Arguments.of(wide(10, 10, 10, 10), List.of("content", "display", "detail", "files")),
        Arguments.of(wide(OUTPUT, 10, 10, 10), List.of("display", "detail", "files")),
        Arguments.of(wide(10, OUTPUT, 10, 10), List.of("detail", "files")),
        Arguments.of(wide(10, 10, OUTPUT, 10), List.of("files")),
        Arguments.of(wide(10, 10, 10, OUTPUT), List.of()));
  }

  @ParameterizedTest
  @MethodSource("wideFloods")
  void whatAJobUsedIsAlwaysToldAndWhatIsLeftOutIsSaid(WideResults wide, List<String> kept) {
    Output flood = new Output("x".repeat(OUTPUT), "", false);
    for (Outcome outcome :
        List.of(
            new Outcome.Succeeded(flood, "[1]"), new Outcome.Failed(flood, "exception", "e", 1))) {
      String body =
          new ReplyLimit(LIMIT)
              .reply(new Reply.About(new UUID(0, 0), "id", wide), outcome, SPEAKER)
              .body(TIMES);
      assertThat(body.getBytes(UTF_8).length).isLessThanOrEqualTo(LIMIT);
      JsonNode told = output(JSON.readTree(body));
      assertThat(told.at("/usage/cpu_ms").asInt()).isEqualTo(7);
      assertThat(told.at("/files/0/content").isMissingNode()).isEqualTo(!kept.contains("content"));
      assertThat(told.path("display").isEmpty()).isEqualTo(!kept.contains("display"));
      assertThat(told.path("display_truncated").asBoolean()).isEqualTo(!kept.contains("display"));
      assertThat(told.has("error_detail")).isEqualTo(kept.contains("detail"));
      assertThat(told.path("files").size()).isEqualTo(kept.contains("files") ? 1 : 0);
      assertThat(told.path("files_lost").asBoolean()).isEqualTo(!kept.contains("files"));
    }
  }

  private static String body(long limit, String id, Outcome outcome) {
    return new ReplyLimit(limit)
        .reply(new Reply.About(new UUID(0, 0), id, null), outcome, SPEAKER)
        .body(TIMES);
  }

  private static JsonNode output(JsonNode reply) {
    return reply.get("response").isObject() ? reply.get("response") : reply;
  }
}
