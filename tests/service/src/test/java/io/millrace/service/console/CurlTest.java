package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CurlTest extends ConsoleTest {

  @Test
  void theCopiedCommandRunsTheVeryProgram() throws Exception {
    browser().desktop("light");
    browser().allowClipboard(service().url());
    console().openWithKey("/");
    console().write("print(\"it's $HOME `here` \\\\ \", 'ä'); return [\"'\", 1]");
    console().press("copy-curl");
    console().awaitText("#copy-curl", "Copied");

    String command = clipboard();
    assertThat(command).doesNotContain(service().key());
    JsonNode reply = new JsonMapper().readTree(shell(command));
    assertThat(reply.at("/response/stdout").asString()).isEqualTo("it's $HOME `here` \\  ä\n");
    assertThat(reply.at("/response/result").toString()).isEqualTo("[\"'\",1]");
  }

  private static String clipboard() {
    return String.valueOf(
        browser()
            .driver()
            .executeAsyncScript(
                "const done = arguments[0];"
                    + "navigator.clipboard.readText().then(done, failure => done('' + failure))"));
  }

  private String shell(String command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", command);
    builder.environment().put("MILLRACE_API_KEY", service().key());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return said;
  }
}
