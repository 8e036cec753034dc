package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class FirstJobsTest {
  @Test
  void resultsNeedNoWord() throws Exception {
    assertThat(answeredWith(200, "{}").isEmpty()).isTrue();
  }

  @Test
  void anyOtherAnswerIsTold() throws Exception {
    assertThat(answeredWith(429, "{\"error\": \"full\"}"))
        .contains("One was answered with 429: {\"error\": \"full\"}");
  }

  @Test
  void aGatewayThatIsNotThereIsTold() throws Exception {
    assertThat(
            new FirstJobs("http://127.0.0.1:" + LoopbackPort.chosen(0).number(), "key")
                .run()
                .orElseThrow())
        .startsWith("One was not answered: ");
  }

  private static Optional<String> answeredWith(int status, String body) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    AtomicReference<String> key = new AtomicReference<>();
    server.createContext(
        FirstJobs.PATH,
        exchange -> {
          key.set(exchange.getRequestHeaders().getFirst("x-api-key"));
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    try {
      return new FirstJobs("http://127.0.0.1:" + server.getAddress().getPort(), "a key").run();
    } finally {
      server.stop(0);
      assertThat(key.get()).isEqualTo("a key");
    }
  }
}
