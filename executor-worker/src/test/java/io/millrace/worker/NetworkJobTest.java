package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import io.millrace.job.WideInputs.GivenFile;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.receiver.TestCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** Jobs that may reach hosts, on a whole worker: by the clients that people use. */
@Tag("services")
@Timeout(120)
class NetworkJobTest {

  @TempDir static Path folder;

  private static ConfigurableApplicationContext worker;
  private static TestCaller caller;
  private static HttpServer http;
  private static HttpsServer https;
  private static String certificate;

  @BeforeAll
  static void start() throws Exception {
    worker = WorkerTest.start("--millrace.network.allowed-networks=127.0.0.0/8");
    caller = new TestCaller(worker);
    TestCertificate shown = TestCertificate.create(folder, "localhost", "dns:localhost");
    certificate = Base64.getEncoder().encodeToString(Files.readAllBytes(shown.pem()));
    http = served(HttpServer.create(loopback(), 0));
    HttpsServer tls = HttpsServer.create(loopback(), 0);
    tls.setHttpsConfigurator(new HttpsConfigurator(shown.context()));
    https = served(tls);
  }

  private static InetSocketAddress loopback() throws IOException {
    return new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
  }

  private static <T extends HttpServer> T served(T server) {
    server.createContext("/", NetworkJobTest::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    return server;
  }

  /** Tells the length of what it got, as JSON below /repos; redirects to the query of /redirect. */
  private static void answer(HttpExchange exchange) throws IOException {
    long got = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
    String path = exchange.getRequestURI().getPath();
    String told = exchange.getRequestMethod() + " " + got;
    if (path.equals("/redirect")) {
      exchange.getResponseHeaders().set("Location", exchange.getRequestURI().getRawQuery());
      exchange.sendResponseHeaders(302, -1);
      exchange.close();
      return;
    }
    byte[] body =
        (path.startsWith("/repos/") ? "{\"stargazers_count\":\"" + told + "\"}" : told).getBytes();
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @AfterAll
  static void stop() throws Exception {
    http.stop(0);
    https.stop(0);
    caller.close();
    worker.close();
  }

  private static String plain() {
    return "http://localhost:" + http.getAddress().getPort() + "/";
  }

  private static String secure() {
    return "https://localhost:" + https.getAddress().getPort() + "/";
  }

  private static List<String> both() {
    return List.of(
        "localhost:" + http.getAddress().getPort(), "localhost:" + https.getAddress().getPort());
  }

  private static JsonNode run(String code, List<String> network) throws Exception {
    return run(code, network, Map.of());
  }

  private static JsonNode run(String code, List<String> network, Map<String, String> env)
      throws Exception {
    WideInputs inputs =
        new WideInputs(
            "{\"plain\":\"%s\",\"secure\":\"%s\"}".formatted(plain(), secure()),
            null,
            List.of(),
            env,
            List.of(new GivenFile("ca.pem", certificate)),
            List.of(),
            null,
            null,
            null);
    UUID jobId = caller.submit(new ExecutionRequest(code, 30, null, "its-id", inputs), network);
    return caller.body(caller.await(jobId));
  }

  @Test
  void theUsualClientsReachAnAllowedHostByHttpAndHttps() throws Exception {
    String code =
        """
        import ssl, subprocess, urllib.request
        import requests
        got = []
        for url in (input_data["plain"], input_data["secure"]):
            context = ssl.create_default_context(cafile="ca.pem") if url.startswith("https") else None
            got.append(urllib.request.urlopen(url, b"x" * 1000, context=context).read().decode())
            got.append(requests.put(url, data=b"x" * 3_000_000, verify="ca.pem").text)
            with requests.Session() as s:
                s.verify = "ca.pem"
                got += [s.get(url).text, s.get(url).text]
            got.append(subprocess.check_output(["curl", "-sS", "--cacert", "ca.pem", "-d", "abc", url], text=True))
        return got
        """;
    JsonNode reply = run(code, both());

    assertThat(reply.path("code").asInt()).as(reply.toString()).isEqualTo(200);
    JsonNode response = reply.path("response");
    String each = "\"POST 1000\",\"PUT 3000000\",\"GET 0\",\"GET 0\",\"POST 3\"";
    assertThat(response.path("result").toString()).isEqualTo("[" + each + "," + each + "]");
    JsonNode network = response.path("network");
    assertThat(network.size()).isEqualTo(9);
    JsonNode put = network.path(1);
    assertThat(put.path("host").asString()).isEqualTo("localhost");
    assertThat(put.path("port").asInt()).isEqualTo(http.getAddress().getPort());
    assertThat(put.path("allowed").asBoolean()).isTrue();
    assertThat(put.path("bytes_out").asLong()).isBetween(3_000_000L, 3_001_000L);
    assertThat(put.path("bytes_in").asLong()).isBetween(50L, 1000L);
    assertThat(put.has("ms")).isTrue();
  }

  /** As they are written there, but for the host and whom it is trusted by. */
  @ParameterizedTest
  @MethodSource("programsOfThePage")
  void eachProgramOfThePageReachesItsHostByHttpAndHttps(String module, String code)
      throws Exception {
    Assumptions.assumeTrue(
        module.equals("urllib") || canImport(module), "python3-" + module + " is not installed");
    for (String url : List.of(plain(), secure())) {
      JsonNode reply =
          run(
              code.replace("https://api.github.com/", url),
              both(),
              Map.of(
                  "SSL_CERT_FILE", "ca.pem",
                  "REQUESTS_CA_BUNDLE", "ca.pem",
                  "CURL_CA_BUNDLE", "ca.pem"));
      assertThat(reply.path("response").path("result").asString())
          .as(module + " " + url + ": " + reply)
          .isEqualTo("GET 0");
      assertThat(reply.path("response").path("network").size()).isEqualTo(1);
    }
  }

  static Stream<Arguments> programsOfThePage() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "network.md"));
    List<Arguments> programs =
        Pattern.compile("```python\n(import ([a-z]+).*?)```", Pattern.DOTALL)
            .matcher(page)
            .results()
            .map(block -> Arguments.of(module(block.group(2), block.group(1)), block.group(1)))
            .toList();
    assertThat(programs)
        .extracting(each -> each.get()[0])
        .containsExactly("requests", "urllib", "httpx", "aiohttp", "curl");
    return programs.stream();
  }

  private static String module(String first, String code) {
    return code.contains("\"curl\"") ? "curl" : first.equals("json") ? "urllib" : first;
  }

  private static boolean canImport(String module) throws Exception {
    List<String> command =
        module.equals("curl")
            ? List.of("curl", "--version")
            : List.of("/usr/bin/python3", "-c", "import " + module);
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  @Test
  void aRefusedHostIsNamedWithTheSettingWhereClientsShowIt() throws Exception {
    String code =
        """
        import requests
        said = [requests.get("http://other.example/").text]
        try: requests.get("https://other.example/")
        except requests.exceptions.ProxyError as e: said.append(str(e))
        return said
        """;
    JsonNode response = run(code, both()).path("response");

    for (int i = 0; i < 2; i++) {
      assertThat(response.path("result").path(i).asString())
          .contains("other.example", "MILLRACE_NETWORK_ALLOW");
    }
    assertThat(response.path("network").size()).isEqualTo(2);
    assertThat(response.path("network").path(0).path("allowed").asBoolean(true)).isFalse();
  }

  @Test
  void anAllowedHostRedirectsToNoOtherOne() throws Exception {
    String code =
        """
        import requests
        port = input_data["plain"].rstrip("/").rpartition(":")[2]
        to = ["http://other.example/", "http://127.0.0.1:%s/" % port,
              "http://169.254.169.254/latest/meta-data/", "http://127.1:%s/" % port]
        return [requests.get(input_data["plain"] + "redirect?" + each).status_code for each in to]
        """;
    JsonNode reply = run(code, both());
    JsonNode response = reply.path("response");

    assertThat(response.path("result").toString())
        .as(reply.toString())
        .isEqualTo("[403,403,403,400]");
    assertThat(response.path("network").size()).isEqualTo(7); // what is malformed names no host
  }

  @Test
  void aPlainJobReachesItsHostsTooAndItsReplyIsAsItWas() throws Exception {
    String code = "import urllib.request as r\nreturn r.urlopen('%s').read().decode()";
    UUID jobId =
        caller.submit(new ExecutionRequest(code.formatted(plain()), 30, null, "its-id"), both());
    JsonNode reply = caller.body(caller.await(jobId));

    assertThat(reply.path("response").path("result").asString())
        .as(reply.toString())
        .isEqualTo("GET 0");
    assertThat(reply.toString()).doesNotContain("network");
  }

  @Test
  void aJobThatMayReachNothingHasNoSocketAndNoFieldThatTellsOfOne() throws Exception {
    JsonNode reply = run("import socket\nsocket.socket()", List.of());

    assertThat(reply.path("code").asInt()).isEqualTo(400);
    assertThat(reply.path("error").asString()).contains("MILLRACE_NETWORK_ALLOW");
    assertThat(reply.has("network")).isFalse();
  }

  @Test
  void noConnectionOutlivesAJobThatTimesOut() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      String code =
          """
          import socket
          s = socket.create_connection(("127.0.0.1", 3128))
          s.sendall(b"CONNECT localhost:%d HTTP/1.1\\r\\n\\r\\n")
          s.recv(1000)
          while True: s.sendall(bytes(10000))
          """;
      UUID jobId =
          caller.submit(
              new ExecutionRequest(code.formatted(silent.getLocalPort()), 1, null, "its-id"),
              List.of("localhost:" + silent.getLocalPort()));
      try (Socket connection = silent.accept()) {
        assertThat(caller.body(caller.await(jobId)).path("code").asInt()).isEqualTo(408);
        connection.setSoTimeout(2000);
        assertThat(drained(connection)).isTrue();
      }
    }
    Eventually.holds(
        Duration.ofSeconds(5),
        () ->
            worker.getBean(MeterRegistry.class).get("millrace.network.open").gauge().value() == 0);
  }

  /** Whether it ends within its timeout after the last byte. */
  private static boolean drained(Socket connection) {
    try {
      connection.getInputStream().transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // reset
    }
  }
}
