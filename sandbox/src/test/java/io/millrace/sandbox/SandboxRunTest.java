package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxRunTest {

  private static final Program JOB = new Program(UUID.randomUUID(), "pass", 7);

  private static byte[] frame(String verdict, String result) {
    byte[] body = result.getBytes(StandardCharsets.UTF_8);
    byte[] header =
        ("{\"job_id\":\""
                + JOB.jobId()
                + "\",\"verdict\":\""
                + verdict
                + "\",\"result_len\":"
                + body.length
                + ",\"error\":\"why\"}")
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + header.length + body.length)
        .putInt(header.length)
        .put(header)
        .put(body)
        .array();
  }

  private static String result(String json) throws SandboxFailedException {
    return SandboxRun.result(frame("ok", json), JOB).resultJson();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "\"x\"", "[1,{\"a\":null}]", "true", "12345678901234567890123456789"})
  void aResultIsPassedOnAsItIs(String json) throws Exception {
    assertThat(result(json)).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1,\"code\":500", "{", "[1]]", "nope", "1 2"})
  void aForgedResultCannotBreakOutOfItsField(String json) throws Exception {
    assertThat(result(json)).isEqualTo("null");
  }

  @Test
  void deepNestingIsNoFaultOfTheUsers() throws Exception {
    String deep = "[".repeat(900) + "]".repeat(900);
    assertThat(result(deep)).isEqualTo(deep);
  }

  @Test
  void aFailedSandboxIsNoOutcome() {
    assertThatThrownBy(() -> SandboxRun.result(frame("sandbox_failed", ""), JOB))
        .isInstanceOf(SandboxFailedException.class)
        .hasMessage("why");
  }

  @Test
  void theResultOfAnotherJobIsNoOutcomeOfThisOne() {
    Program other = new Program(UUID.randomUUID(), "pass", 7);
    assertThatThrownBy(() -> SandboxRun.result(frame("ok", "1"), other))
        .isInstanceOf(SandboxFailedException.class)
        .hasMessageContaining(JOB.jobId().toString());
  }

  /**
   * A helper sees hostile code; whatever it sends ends its job, and never the thread that reads.
   */
  @Test
  void whateverAHelperSendsIsAnOutcomeOrTheSandboxesOwnFailure() {
    Random random = new Random(4711);
    for (int round = 0; round < 10_000; round++) {
      byte[] payload = frame(random.nextBoolean() ? "ok" : "exit", "[1,{\"a\":null}]");
      for (int change = random.nextInt(4); change >= 0; change--) {
        payload[random.nextInt(payload.length)] = (byte) random.nextInt();
      }
      byte[] sent = Arrays.copyOf(payload, random.nextInt(payload.length + 8));
      try {
        assertThat(SandboxRun.result(sent, JOB)).isNotNull();
      } catch (SandboxFailedException e) {
        assertThat(e).hasMessageContaining("helper");
      }
    }
  }
}
