package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WelcomeTest {
  @Test
  void thePrintedLineGivesCurlTheExampleAsItIs() throws Exception {
    String line = Welcome.curl("http://localhost:8080", "it's $HOME");

    assertThat(argumentsOfCurl(line))
        .isEqualTo(
            """
            -X
            POST
            -H
            x-api-key: it's $HOME
            -H
            Content-Type: application/json
            -d
            {"code": "print('Hello, World!')", "timeout": 10, "id": "unique-request-id"}
            http://localhost:8080/v1/code/execute/python
            """);
  }

  @Test
  void portsAndKeyAreShown() {
    StandaloneSettings settings = new StandaloneSettings(Path.of("/data"), 1, 2, 3, 4);

    assertThat(Welcome.text(settings, "first"))
        .contains(
            "Millrace runs on http://localhost:3; its console is there, for a browser\n",
            "  key      first\n",
            "x-api-key: first'",
            "  export MILLRACE_URL=http://localhost:3 MILLRACE_API_KEY='first'\n")
        .contains("Kafka    127.0.0.1:1\n", "Redis    127.0.0.1:2\n", "http://localhost:4/");
  }

  private static String argumentsOfCurl(String line) throws Exception {
    Process shell =
        new ProcessBuilder("/bin/sh", "-c", "curl() { printf '%s\\n' \"$@\"; }\n" + line)
            .redirectErrorStream(true)
            .start();
    String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isZero();
    return printed;
  }
}
