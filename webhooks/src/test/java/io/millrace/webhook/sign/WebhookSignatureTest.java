package io.millrace.webhook.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignatureTest {

  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

  /** The example of the Standard Webhooks libraries. */
  @Test
  void theStandardsOwnExampleComesOut() {
    assertThat(sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void whileASecretIsRotatedBothSign() {
    String both = sign(SECRET + " " + OTHER, "id", 1, "body");

    assertThat(both.split(" "))
        .containsExactly(sign(SECRET, "id", 1, "body"), sign(OTHER, "id", 1, "body"));
  }

  @Test
  void anOwnersSecretStandsInPlaceOfTheCommonOne() {
    WebhookSignature signature =
        new WebhookSignature(secrets(SECRET), Map.of("alice", secrets(OTHER)));

    assertThat(signature.of("alice", "id", Instant.EPOCH, new byte[0]))
        .hasValue(sign(OTHER, "id", 0, ""));
    assertThat(signature.of("bob", "id", Instant.EPOCH, new byte[0]))
        .hasValue(sign(SECRET, "id", 0, ""));
  }

  @Test
  void withoutASecretThereIsNoSignature() {
    assertThat(
            new WebhookSignature(List.of(), Map.of()).of("alice", "id", Instant.EPOCH, new byte[0]))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2hunter2", "whsec_", "whsec_?hunter2", "whsek_aaaa"})
  void whatIsNoSecretIsRefusedWithoutRepeatingIt(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WebhookSecret.parseAll(text, "millrace.webhook.secret"))
        .withMessageStartingWith("millrace.webhook.secret ")
        .withMessageNotContaining("hunter2");
  }

  @Test
  void aSecretsTextFormHidesIt() {
    assertThat(secrets(SECRET).toString()).isEqualTo("[whsec_***]");
  }

  private static String sign(String secrets, String id, long seconds, String body) {
    return new WebhookSignature(secrets(secrets), Map.of())
        .of("owner", id, Instant.ofEpochSecond(seconds), body.getBytes(StandardCharsets.UTF_8))
        .orElseThrow();
  }

  private static List<WebhookSecret> secrets(String text) {
    return WebhookSecret.parseAll(text, "secret");
  }
}
