package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.standalone.testing.receiver.Behaviour;
import io.millrace.standalone.testing.receiver.Received;
import io.millrace.standalone.testing.receiver.ScriptedReceiver;
import io.millrace.webhook.delivery.AttemptOutcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptToReceiversTest {

  private static final String BODY = "{\"message\":\"h\u00fcllo \ud83d\ude00\"}";

  private final AttemptFixture attempts =
      AttemptFixture.onLoopback("head-timeout=700ms", "total-timeout=1500ms");

  @AfterEach
  void close() {
    attempts.close();
  }

  @ParameterizedTest
  @CsvSource({
    "200, DELIVERED",
    "204, DELIVERED",
    "299, DELIVERED",
    "302, REJECTED",
    "308, REJECTED",
    "400, REJECTED",
    "401, REJECTED",
    "410, GONE",
    "429, REJECTED",
    "500, REJECTED",
    "503, REJECTED"
  })
  void theStatusDecides(int status, AttemptOutcome outcome) {
    AttemptResult result = attemptTo(Behaviour.status(status));

    assertThat(result.outcome()).isEqualTo(outcome);
    assertThat(result.status()).isEqualTo(status);
  }

  @Test
  void theReceiverGetsTheVeryBodySignedAndNothingAboutUs() throws Exception {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200))) {
      attempts.attempt(receiver.url("/Hook?x=1&y=%2F#fragment"), BODY);
      Received request = receiver.next();

      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.target()).isEqualTo("/Hook?x=1&y=%2F");
      assertThat(request.text()).isEqualTo(BODY);
      assertThat(request.header("host")).isEqualTo("127.0.0.1:" + receiver.port());
      assertThat(request.header("content-type")).isEqualTo("application/json");
      assertThat(request.header("webhook-id")).isEqualTo(attempts.jobId.toString());
      assertThat(request.header("webhook-signature")).isEqualTo(signatureOf(request));
      assertThat(request.headers().keySet())
          .containsExactlyInAnyOrder(
              "host",
              "user-agent",
              "content-type",
              "content-length",
              "connection",
              "accept",
              "webhook-id",
              "webhook-timestamp",
              "webhook-signature");
    }
  }

  @Test
  void aRedirectIsNotFollowed() {
    try (ScriptedReceiver elsewhere = ScriptedReceiver.always(Behaviour.status(200));
        ScriptedReceiver receiver =
            ScriptedReceiver.always(
                Behaviour.status(307, "Location: " + elsewhere.url("/stolen")))) {
      assertThat(attempts.attempt(receiver.url("/"), BODY).outcome())
          .isEqualTo(AttemptOutcome.REJECTED);
      assertThat(elsewhere.connections()).isZero();
      assertThat(receiver.connections()).isEqualTo(1);
    }
  }

  @Test
  void credentialsAreNotNegotiatedAndProtocolsNotSwitched() {
    assertThat(attemptTo(Behaviour.status(401, "WWW-Authenticate: NTLM")).outcome())
        .isEqualTo(AttemptOutcome.REJECTED);
    assertThat(
            attemptTo(
                    Behaviour.raw(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection:"
                            + " Upgrade\r\n\r\n"))
                .outcome())
        .isNotEqualTo(AttemptOutcome.DELIVERED);
  }

  @Test
  void aRefusedConnectionIsUnreachable() throws IOException {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }

    assertThat(attempts.attempt("http://127.0.0.1:" + port + "/", BODY).outcome())
        .isEqualTo(AttemptOutcome.UNREACHABLE);
  }

  @Test
  void aReceiverThatNeverAnswersIsLeftAfterTheLimit() throws InterruptedException {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.hang())) {
      AttemptResult result = attempts.attempt(receiver.url("/"), BODY);

      assertThat(result.outcome()).isEqualTo(AttemptOutcome.TIMED_OUT);
      receiver.awaitEndOfAConnection();
    }
  }

  @Test
  void aHeadThatDripsIsLeftAfterTheLimitThoughBytesKeepComing() throws InterruptedException {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.drip(50))) {
      long start = System.nanoTime();
      AttemptResult result = attempts.attempt(receiver.url("/"), BODY);

      assertThat(result.outcome()).isEqualTo(AttemptOutcome.TIMED_OUT);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      receiver.awaitEndOfAConnection();
    }
  }

  @Test
  void aResetAfterReadingIsAFailureAndNothingIsSentTwiceByItself() {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.reset())) {
      assertThat(attempts.attempt(receiver.url("/"), BODY).outcome())
          .isEqualTo(AttemptOutcome.BROKEN);
      assertThat(receiver.connections()).isEqualTo(1);
    }
  }

  @Test
  void anEndWithoutAnAnswerIsAFailure() {
    assertThat(attemptTo(Behaviour.raw("")).outcome()).isEqualTo(AttemptOutcome.BROKEN);
    assertThat(attemptTo(Behaviour.raw("HTTP/1.1 200")).outcome())
        .isNotEqualTo(AttemptOutcome.DELIVERED);
  }

  @Test
  void whatIsNotHttpIsAFailure() {
    assertThat(attemptTo(Behaviour.raw("SSH-2.0-OpenSSH_9.2\r\n")).outcome())
        .isEqualTo(AttemptOutcome.INVALID_ANSWER);
    assertThat(attemptTo(Behaviour.raw("HTTP/1.1 99999 Huh\r\n\r\n")).outcome())
        .isNotEqualTo(AttemptOutcome.DELIVERED);
  }

  @Test
  void aHeadBeyondTheLimitIsAFailure() {
    String hundredKilobytes = "X-Large: " + "x".repeat(100_000) + "\r\n";
    assertThat(attemptTo(Behaviour.status(200, hundredKilobytes.strip())).outcome())
        .isEqualTo(AttemptOutcome.INVALID_ANSWER);
    String manySmall = "X-Small: 12345678\r\n".repeat(5_000).strip();
    assertThat(attemptTo(Behaviour.status(200, manySmall)).outcome())
        .isEqualTo(AttemptOutcome.INVALID_ANSWER);
    assertThat(attemptTo(Behaviour.raw("HTTP/1.1 200 " + "x".repeat(100_000))).outcome())
        .isEqualTo(AttemptOutcome.INVALID_ANSWER);
  }

  @Test
  void anEndlessBodyIsReadToTheBoundAndTheDeliveryStands() throws InterruptedException {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.endlessBody())) {
      assertThat(attempts.attempt(receiver.url("/"), BODY).outcome())
          .isEqualTo(AttemptOutcome.DELIVERED);
      receiver.awaitEndOfAConnection();
    }
  }

  @Test
  void aDrippingBodyIsLeftAfterTheLimitAndTheDeliveryStands() throws InterruptedException {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.drippingBody(50))) {
      assertThat(attempts.attempt(receiver.url("/"), BODY).outcome())
          .isEqualTo(AttemptOutcome.DELIVERED);
      receiver.awaitEndOfAConnection();
    }
  }

  @Test
  void aGzipBombIsNotUnpacked() {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.gzipBomb())) {
      assertThat(attempts.attempt(receiver.url("/"), BODY).outcome())
          .isEqualTo(AttemptOutcome.DELIVERED);
      assertThat(receiver.all().get(0).headers()).doesNotContainKey("accept-encoding");
    }
  }

  @Test
  void aFloodOfInterimAnswersEndsAtTheLimit() {
    Behaviour flood =
        (socket, closed) -> {
          for (int i = 0; i < 100_000; i++) {
            Behaviour.raw("HTTP/1.1 102 Processing\r\n\r\n").answer(socket, closed);
          }
        };
    assertThat(attemptTo(flood).outcome()).isNotEqualTo(AttemptOutcome.DELIVERED);
  }

  @Test
  void theReceiversWishToWaitIsReadWhateverTheStatus() {
    assertThat(attemptTo(Behaviour.status(429, "Retry-After: 120")).retryAfter())
        .hasValue(Duration.ofSeconds(120));
    assertThat(attemptTo(Behaviour.status(503, "Retry-After: nonsense")).retryAfter()).isEmpty();
  }

  private AttemptResult attemptTo(Behaviour behaviour) {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(behaviour)) {
      return attempts.attempt(receiver.url("/"), BODY);
    }
  }

  private static String signatureOf(Received request) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    String secret = AttemptFixture.SECRET.substring("whsec_".length());
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret), "HmacSHA256"));
    mac.update(
        (request.header("webhook-id") + "." + request.header("webhook-timestamp") + ".")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(request.body()));
  }
}
