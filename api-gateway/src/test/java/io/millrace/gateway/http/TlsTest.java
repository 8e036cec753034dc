package io.millrace.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.RawClient;
import io.millrace.gateway.support.RawResponse;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.receiver.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS from PEM files, and HTTP/2 in it. */
@Tag("services")
class TlsTest {

  private static final String PATH = "/v1/code/execute/python";
  private static final Duration MOST = Duration.ofSeconds(60);

  private static final String PREFACE = "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a";

  /** SETTINGS: no window, so no room for any reply's body. */
  private static final String NO_ROOM = "000006" + "04" + "0000000000" + "000400000000";

  /** HEADERS of {@code GET /}, as a whole request. */
  private static final String REQUEST = "000006" + "01" + "0500000001" + "828784410161";

  @TempDir static Path folder;

  private static TestCertificate shown;
  private static TestGateway gateway;

  @BeforeAll
  static void start() throws IOException {
    show(TestCertificate.create(folder, "first", "dns:localhost"));
    gateway =
        TestGateway.start(
            "server.ssl.bundle=gateway",
            "spring.ssl.bundle.pem.gateway.keystore.certificate=" + folder.resolve("tls.crt"),
            "spring.ssl.bundle.pem.gateway.keystore.private-key=" + folder.resolve("tls.key"),
            "spring.ssl.bundle.pem.gateway.reload-on-update=true",
            "spring.ssl.bundle.watch.file.quiet-period=50ms",
            "millrace.gateway.head-timeout=1s",
            "millrace.gateway.idle-timeout=1s");
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void aJobRunsOverHttp2AndItsCallerMayWaitLongerThanAConnectionMayBeIdle() throws Exception {
    try (HandWorker worker = HandWorker.holding(gateway.context());
        RawClient idle = new RawClient(connect("h2"))) {
      CompletableFuture<HttpResponse<String>> waiting = postLater(Api.code("over h2"));
      Eventually.holds(() -> worker.started() == 1);
      idle.send(HexFormat.of().parseHex(PREFACE + NO_ROOM));
      assertThat(idle.readToEnd(MOST)).isTrue();
      worker.letGo(1);

      HttpResponse<String> reply = waiting.join();
      assertThat(reply.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(reply.statusCode()).isEqualTo(200);
      assertThat(Api.json(reply).at("/response/stdout").asString()).isEqualTo("over h2");
      assertThat(reply.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedOverHttp2Too() {
    HttpResponse<String> reply = post("\"" + "x".repeat(2_000_000) + "\"");

    assertThat(reply.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(reply.statusCode()).isEqualTo(413);
    assertThat(Api.json(reply).get("reason").asString()).isEqualTo("payload_too_large");
  }

  @Test
  void http1InTlsIsHeldToTheSameRules() throws Exception {
    try (RawClient client = new RawClient(connect("http/1.1"))) {
      client.send(
          "POST "
              + PATH
              + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}");
      List<RawResponse> answers = client.readAnswers(1, MOST);

      assertThat(answers).hasSize(1);
      assertThat(answers.get(0).status()).isEqualTo(400);
      assertThat(answers.get(0).header("connection")).isEqualTo("close");
    }
  }

  @Test
  void aConnectionThatBringsNoRequestIsClosed() throws Exception {
    try (RawClient http2 = new RawClient(connect("h2"));
        RawClient http1 = new RawClient(connect("http/1.1"))) {
      http2.send(HexFormat.of().parseHex(PREFACE + NO_ROOM));

      assertThat(http2.readToEnd(MOST)).isTrue();
      assertThat(http1.readToEnd(MOST)).isTrue();
    }
  }

  @Test
  void aReplyThatItsCallerMakesNoRoomForIsGivenUp() throws Exception {
    try (RawClient client = new RawClient(connect("h2"))) {
      client.send(HexFormat.of().parseHex(PREFACE + NO_ROOM + REQUEST));

      assertThat(client.readToEnd(MOST)).isTrue();
    }
  }

  @Test
  void anotherCertificateIsShownWithoutARestart() throws Exception {
    show(TestCertificate.create(folder, "second", "dns:localhost"));

    Eventually.holds(TlsTest::shownIsTrusted);
    assertThat(post("{}").statusCode()).isEqualTo(400);
  }

  /** As an operator, or a mounted Secret, exchanges the files. */
  private static void show(TestCertificate certificate) throws IOException {
    Files.copy(certificate.pem(), folder.resolve("tls.crt"), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        certificate.keyPem(), folder.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);
    shown = certificate;
  }

  private static boolean shownIsTrusted() {
    try (SSLSocket socket = connect("h2")) {
      return socket.getSession().isValid();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SSLSocket connect(String protocol) throws IOException {
    SSLSocket socket =
        (SSLSocket) shown.context().getSocketFactory().createSocket("127.0.0.1", gateway.port());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static HttpResponse<String> post(String body) {
    return postLater(body).join();
  }

  private static CompletableFuture<HttpResponse<String>> postLater(String body) {
    HttpClient client = HttpClient.newBuilder().sslContext(shown.context()).build();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + PATH))
            .timeout(MOST)
            .header("x-api-key", TestGateway.KEY)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
            .build();
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }
}
