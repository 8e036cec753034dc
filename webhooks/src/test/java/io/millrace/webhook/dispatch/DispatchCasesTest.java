package io.millrace.webhook.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.standalone.testing.receiver.Behaviour;
import io.millrace.standalone.testing.receiver.ScriptedReceiver;
import io.millrace.standalone.testing.receiver.TestCertificate;
import io.millrace.standalone.testing.receiver.UrlCase;
import io.millrace.webhook.WebhookTarget;
import io.millrace.webhook.delivery.AttemptOutcome;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the list at dispatch time: which sockets are opened, and what comes of it. */
class DispatchCasesTest {

  private static final String NAMES =
      "dns:hook.example.test,dns:xn--bcher-kva.example.test,ip:93.184.215.14";

  @TempDir static Path folder;
  private static TestCertificate right;
  private static TestCertificate forAnotherName;

  @BeforeAll
  static void makeCertificates() {
    right = TestCertificate.create(folder, "right", NAMES);
    forAnotherName = TestCertificate.create(folder, "other", "dns:other.example.test");
  }

  static Stream<UrlCase> taken() {
    return UrlCase.all().filter(row -> row.submit().equals("accept"));
  }

  static Stream<UrlCase> refused() {
    return Stream.concat(UrlCase.all(), UrlCase.more())
        .filter(row -> row.submit().equals("reject"));
  }

  @ParameterizedTest
  @MethodSource("taken")
  void everyRowThatIsTakenIsDispatchedAsListed(UrlCase row) {
    WebhookTarget target = WebhookTarget.of(row.url()).orElseThrow();
    try (ScriptedReceiver receiver =
        ScriptedReceiver.start(sockets(target, row), 0, (number, request) -> behaviour(row))) {
      SocketRecorder sockets = new SocketRecorder(receiver.port());
      AttemptResult result = attempt(row, new ScriptedNames(row.dns()), sockets);

      assertThat(result.outcome()).isIn(outcomes(row));
      assertThat(sockets.addresses()).isEqualTo(pinned(row));
    }
  }

  /**
   * What is refused at submit time opens no socket either, should it ever come to be dispatched.
   */
  @ParameterizedTest
  @MethodSource("refused")
  void noRowThatIsRefusedOpensASocket(UrlCase row) {
    SocketRecorder sockets = new SocketRecorder(1);

    WebhookTarget.of(row.url())
        .ifPresent(
            target -> attempt(row, new ScriptedNames(List.of(List.of("127.0.0.1"))), sockets));

    assertThat(sockets.addresses()).isEmpty();
  }

  @Test
  void aNameThatTurnsBadAtTheSecondAttemptIsBlockedThen() {
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(500))) {
      SocketRecorder sockets = new SocketRecorder(receiver.port());
      ScriptedNames names =
          new ScriptedNames(List.of(List.of("93.184.215.14"), List.of("127.0.0.1")));
      try (AttemptFixture attempts = AttemptFixture.onTheInternet(names, sockets)) {
        String url = "http://hook.example.test/";

        assertThat(attempts.attempt(url, "{}").outcome()).isEqualTo(AttemptOutcome.REJECTED);
        assertThat(attempts.attempt(url, "{}").outcome()).isEqualTo(AttemptOutcome.BLOCKED);
        assertThat(names.asked()).isEqualTo(2);
        assertThat(sockets.addresses()).containsExactly("93.184.215.14");
        assertThat(receiver.all()).hasSize(1);
      }
    }
  }

  @Test
  void theProxyOfTheEnvironmentIsNotUsed() {
    System.setProperty("http.proxyHost", "127.0.0.1");
    System.setProperty("http.proxyPort", "1");
    try (ScriptedReceiver receiver = ScriptedReceiver.always(Behaviour.status(200))) {
      SocketRecorder sockets = new SocketRecorder(receiver.port());
      try (AttemptFixture attempts =
          AttemptFixture.onTheInternet(
              new ScriptedNames(List.of(List.of("93.184.215.14"))), sockets)) {
        attempts.attempt("http://hook.example.test/", "{}");

        assertThat(sockets.addresses()).containsExactly("93.184.215.14");
        assertThat(receiver.all().get(0).target()).isEqualTo("/");
      }
    } finally {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }
  }

  private static AttemptResult attempt(UrlCase row, ScriptedNames names, SocketRecorder sockets) {
    TestCertificate trusted = certificate(row);
    try (AttemptFixture attempts =
        AttemptFixture.onTheInternet(
            names,
            sockets,
            "trusted-certificates=" + trusted.pem(),
            "head-timeout=2s",
            "total-timeout=3s")) {
      return attempts.attempt(row.url(), "{}");
    }
  }

  private static List<AttemptOutcome> outcomes(UrlCase row) {
    return switch (row.dispatch().split(":", 2)[0]) {
      case "pinned" -> List.of(AttemptOutcome.DELIVERED);
      case "blocked" -> List.of(AttemptOutcome.BLOCKED);
      default ->
          switch (row.id()) {
            case "dns-none" -> List.of(AttemptOutcome.UNRESOLVED);
            case "ans-200-slow-head" -> List.of(AttemptOutcome.TIMED_OUT);
            case "ans-tls-badname" -> List.of(AttemptOutcome.TLS_FAILED);
            case "ans-reset" -> List.of(AttemptOutcome.BROKEN);
            case "ans-101-upgrade" ->
                List.of(AttemptOutcome.REJECTED, AttemptOutcome.INVALID_ANSWER);
            default -> List.of(AttemptOutcome.REJECTED);
          };
    };
  }

  /** The addresses of the sockets that the row allows. */
  private static List<String> pinned(UrlCase row) {
    if (row.dispatch().startsWith("pinned:")) {
      return List.of(ScriptedNames.written(row.dispatch().substring("pinned:".length())));
    }
    return row.answer() == null ? List.of() : List.of("93.184.215.14");
  }

  private static ServerSocketFactory sockets(WebhookTarget target, UrlCase row) {
    return target.tls() ? certificate(row).sockets() : ServerSocketFactory.getDefault();
  }

  private static TestCertificate certificate(UrlCase row) {
    return "certificate for another name".equals(row.answer()) ? forAnotherName : right;
  }

  private static Behaviour behaviour(UrlCase row) {
    String answer = row.answer() == null ? "200" : row.answer();
    if (answer.equals("one header byte a second")) {
      return Behaviour.drip(100);
    }
    if (answer.startsWith("RST")) {
      return Behaviour.reset();
    }
    if (answer.startsWith("101")) {
      return Behaviour.raw(
          "HTTP/1.1 " + answer + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    }
    String[] statusAndHeader = answer.split(" ", 2);
    return statusAndHeader.length == 1 || !statusAndHeader[0].matches("\\d+")
        ? Behaviour.status(200)
        : Behaviour.status(Integer.parseInt(statusAndHeader[0]), statusAndHeader[1]);
  }
}
