package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.webhook.delivery.AttemptOutcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The receivers that the documentation gives away take real deliveries, and only those. */
class RecipesTest {

  private static final Path RECIPES = Path.of("..", "docs", "recipes");
  private static final String OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
  private static final String BODY =
      "{\"job_id\":\"3f8e\",\"code\":200,\"response\":{\"stdout\":\"h\u00fcllo \ud83d\ude00\"}}";

  static Stream<List<String>> recipes() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return Stream.of(
        List.of("python3", "webhook_receiver.py"),
        List.of("node", "webhook-receiver.mjs"),
        List.of(java, "WebhookReceiver.java"));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void aDeliveryIsTakenWithTheRightSecretAndWithTwoDuringRotation(List<String> recipe)
      throws IOException {
    assumeInstalled(recipe.get(0));

    assertThat(deliver(recipe, AttemptFixture.SECRET)).isEqualTo(AttemptOutcome.DELIVERED);
    assertThat(deliver(recipe, OTHER_SECRET + " " + AttemptFixture.SECRET))
        .isEqualTo(AttemptOutcome.DELIVERED);
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void aDeliveryThatSomebodyElseSignedIsRefused(List<String> recipe) throws IOException {
    assumeInstalled(recipe.get(0));

    assertThat(deliver(recipe, OTHER_SECRET)).isEqualTo(AttemptOutcome.REJECTED);
  }

  private static AttemptOutcome deliver(List<String> recipe, String secrets) throws IOException {
    ProcessBuilder receiver =
        new ProcessBuilder(recipe.get(0), RECIPES.resolve(recipe.get(1)).toString())
            .redirectErrorStream(true);
    receiver.environment().put("WEBHOOK_SECRET", secrets);
    receiver.environment().put("PORT", "0");
    Process process = receiver.start();
    try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        AttemptFixture attempts =
            AttemptFixture.onLoopback("head-timeout=90s", "total-timeout=90s", "lease=120s")) {
      String line = Objects.requireNonNull(said.readLine(), "it does not start");
      assertThat(line).startsWith("listening on ");
      int port = Integer.parseInt(line.substring("listening on ".length()));
      return attempts.attempt("http://127.0.0.1:" + port + "/hook", BODY).outcome();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Java is here, Python is needed anyway; Node may be missing on a machine that builds. */
  private static void assumeInstalled(String program) {
    boolean installed =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
    assumeTrue(
        !program.equals("node") || installed, "node is not installed: its recipe is not tested");
  }
}
