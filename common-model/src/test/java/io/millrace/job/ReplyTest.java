package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReplyTest {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final UUID ID = UUID.randomUUID();
  private static final Output OUT = new Output("out", "err", false);

  /** The error fields of each outcome, as the wire contract lists them. */
  static Stream<Arguments> outcomes() {
    return Stream.of(
        Arguments.of(
            new Outcome.Failed(OUT, "exception", "ValueError: boom", 1),
            400,
            JobState.FAILED,
            Map.of(
                "error", "ValueError: boom",
                "reason", "exception",
                "stdout", "out",
                "stderr", "err",
                "exit_code", 400,
                "process_exit_code", 1)),
        Arguments.of(
            new Outcome.Failed(OUT, "memory_limit", "Over the memory limit of 512 MiB", null),
            400,
            JobState.FAILED,
            Map.of(
                "error", "Over the memory limit of 512 MiB",
                "reason", "memory_limit",
                "stdout", "out",
                "stderr", "err",
                "exit_code", 400)),
        Arguments.of(
            new Outcome.TimedOut(OUT, 10),
            408,
            JobState.TIMED_OUT,
            Map.of(
                "error", "Execution timed out after 10 seconds",
                "reason", "timeout",
                "stdout", "out",
                "stderr", "err")),
        Arguments.of(
            new Outcome.Expired(5),
            408,
            JobState.EXPIRED,
            Map.of(
                "error", "The job did not start within 5 seconds",
                "reason", "deadline",
                "stdout", "",
                "stderr", "")),
        Arguments.of(
            new Outcome.GivenUp("internal", "Our sandbox failed three times"),
            500,
            JobState.FAILED,
            Map.of(
                "error", "An internal server error occurred",
                "reason", "internal",
                "stdout", "",
                "stderr", "",
                "exit_code", 500)),
        Arguments.of(
            new Outcome.Cancelled(),
            400,
            JobState.CANCELLED,
            Map.of(
                "error", "The job was cancelled",
                "reason", "cancelled",
                "stdout", "",
                "stderr", "",
                "exit_code", 400)));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void eachFailureTellsWhatTheContractSays(
      Outcome outcome, int status, JobState state, Map<String, Object> errorFields) {
    Reply reply = Reply.to(new Reply.About(ID, "id", null), outcome, new Reply.Speaker(1, 2, "b"));
    JsonNode body = body(reply);
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.state()).isEqualTo(state);
    assertThat(body.get("code").intValue()).isEqualTo(status);
    assertThat(body.get("response").isNull()).isTrue();
    assertThat(body.get("message").stringValue()).isNotBlank();
    Map<?, ?> fields = JSON.convertValue(body, Map.class);
    fields
        .keySet()
        .removeAll(
            List.of("endpoint", "code", "id", "job_id", "response", "message", "pid", "queue_id"));
    fields.keySet().removeAll(List.of("run_time", "build_number"));
    assertThat(fields).isEqualTo(errorFields);
  }

  @Test
  void successTellsResultAndOutputAndNoErrorFields() {
    JsonNode body =
        body(new Outcome.Succeeded(new Output("o", "e", false), "{\"a\":[1,null]}"), "x");
    assertThat(body.get("response").toString())
        .isEqualTo(
            "{\"result\":{\"a\":[1,null]},\"stdout\":\"o\",\"stderr\":\"e\",\"exit_code\":0}");
    assertThat(body.get("message").stringValue()).isEqualTo("success");
    assertThat(body.has("error")).isFalse();
    assertThat(body.has("reason")).isFalse();
  }

  @Test
  void cutOutputIsMarkedWhereItStands() {
    Output cut = new Output("o", "", true);
    assertThat(body(new Outcome.Succeeded(cut, "null"), null).at("/response/truncated").asBoolean())
        .isTrue();
    assertThat(body(new Outcome.TimedOut(cut, 1), null).get("truncated").asBoolean()).isTrue();
    assertThat(body(new Outcome.TimedOut(OUT, 1), null).has("truncated")).isFalse();
  }

  @Test
  void theIdIsEchoedCodePointForCodePointOrNull() {
    for (String id : List.of("", "\u00e9\ud83d\ude00\u0000\"\\", "\uffff\u2028")) {
      assertThat(body(new Outcome.Cancelled(), id).get("id").stringValue()).isEqualTo(id);
    }
    assertThat(body(new Outcome.Cancelled(), null).get("id").isNull()).isTrue();
  }

  private static JsonNode body(Outcome outcome, @Nullable String id) {
    return body(Reply.to(new Reply.About(ID, id, null), outcome, new Reply.Speaker(1, 2, "b")));
  }

  private static JsonNode body(Reply reply) {
    return JSON.readTree(reply.head() + "\"run_time\":0.000" + reply.tail());
  }
}
