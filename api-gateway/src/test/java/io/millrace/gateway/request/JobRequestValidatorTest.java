package io.millrace.gateway.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.error.Checked;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The properties that {@code /v1/jobs} has beside those of the plain route. */
class JobRequestValidatorTest {

  private final RequestValidator validator = new RequestValidator();

  private Checked<ExecutionRequest> validate(String properties) {
    String body = "{\"code\":\"\"" + properties + "}";
    return validator.validateJob(body.getBytes(StandardCharsets.UTF_8));
  }

  private WideInputs inputs(String properties) {
    return validate(properties).fold(ExecutionRequest::wide, error -> fail(error.message()));
  }

  private static WideInputs fail(String message) {
    throw new AssertionError(message);
  }

  private String refusal(String properties) {
    return validate(properties).fold(passed -> "passed", error -> error.message());
  }

  @Test
  void whatIsAbsentChangesNothing() {
    assertThat(inputs("")).isEqualTo(WideInputs.NONE);
    assertThat(inputs(",\"input\":null").inputJson()).isEqualTo("null");
    assertThat(inputs(",\"outputs\":[]").outputs()).isEmpty();
  }

  @Test
  void allOfItArrives() {
    WideInputs all =
        inputs(
            """
            ,"input":{"a":[1.50,"\\ud800","\u00e9"]},"stdin":"\\u0000","args":["","-x"],
            "env":{"A_1":""},"files":[{"path":"a/b","content":"\u00e9"},
            {"path":"a/c","content":"AAE=","encoding":"base64"}],"outputs":["*.csv","**/x?"],
            "memory_mb":64.0,"network":{"allow":["A.example","*.b.example:8443"]}
            """);
    assertThat(all.inputJson()).isEqualTo("{\"a\":[1.50,\"\\uD800\",\"\\u00E9\"]}");
    assertThat(all.stdin()).isEqualTo("\0");
    assertThat(all.args()).containsExactly("", "-x");
    assertThat(all.env()).isEqualTo(Map.of("A_1", ""));
    assertThat(all.files())
        .isEqualTo(
            List.of(
                new WideInputs.GivenFile("a/b", "w6k="), new WideInputs.GivenFile("a/c", "AAE=")));
    assertThat(all.outputs()).containsExactly("*.csv", "**/x?");
    assertThat(all.memoryMb()).isEqualTo(64);
    assertThat(all.network()).containsExactly("A.example", "*.b.example:8443");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a",
        "a//b",
        "a/",
        "../a",
        "a/./b",
        "a/..",
        "",
        "main.py",
        "a\\u0000b",
        "\\ud800"
      })
  void aPathThatMayNotBeIsRefused(String path) {
    assertThat(refusal(",\"files\":[{\"path\":\"" + path + "\",\"content\":\"\"}]"))
        .startsWith("files[0].path ");
  }

  @Test
  void aPartOf255BytesMayBeAndNotOneMore() {
    String longest = "\u00e9".repeat(127) + "x";
    String file = ",\"files\":[{\"path\":\"%s\",\"content\":\"\"}]";
    assertThat(refusal(file.formatted(longest))).isEqualTo("passed");
    assertThat(refusal(file.formatted(longest + "x"))).contains("255 bytes");
  }

  @ParameterizedTest
  @CsvSource({"a,a", "a,a/b", "a/b,a", "a/b/c,a/b"})
  void aPathThatIsThereTwiceOrBelowAnothersIsRefused(String first, String second) {
    String files =
        ",\"files\":[{\"path\":\"%s\",\"content\":\"\"},{\"path\":\"%s\",\"content\":\"\"}]";
    assertThat(refusal(files.formatted(first, second))).startsWith("files[1].path is there twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LD_PRELOAD",
        "PYTHONPATH",
        "MILLRACE_X",
        "HOME",
        "PATH",
        "TMPDIR",
        "http_proxy",
        "HTTPS_PROXY",
        "No_Proxy",
        "1A",
        "A-B",
        "",
        "A=B"
      })
  void aNameThatMayNotBeSetIsRefused(String name) {
    assertThat(refusal(",\"env\":{\"" + name + "\":\"x\"}")).startsWith("env.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",\"env\":{\"A\":\"\\u0000\"}",
        ",\"env\":{\"A\":1}",
        ",\"args\":[\"\\u0000\"]",
        ",\"args\":\"x\"",
        ",\"args\":[1]",
        ",\"stdin\":1",
        ",\"stdin\":\"\\udc00\"",
        ",\"outputs\":[\"\"]",
        ",\"outputs\":\"*\"",
        ",\"memory_mb\":63",
        ",\"memory_mb\":64.5",
        ",\"memory_mb\":\"64\"",
        ",\"files\":[{\"path\":\"a\"}]",
        ",\"files\":[{\"path\":\"a\",\"content\":\"\",\"file_id\":\"x\"}]",
        ",\"files\":[{\"path\":\"a\",\"file_id\":\"x\",\"encoding\":\"utf8\"}]",
        ",\"files\":[{\"path\":\"a\",\"file_id\":1}]",
        ",\"files\":[{\"content\":\"a\"}]",
        ",\"files\":[{\"path\":\"a\",\"content\":\"\",\"mode\":1}]",
        ",\"files\":[{\"path\":\"a\",\"content\":\"x\",\"encoding\":\"base64\"}]",
        ",\"files\":[{\"path\":\"a\",\"content\":\"\",\"encoding\":\"hex\"}]",
        ",\"files\":[{\"path\":\"a\",\"content\":\"\\ud800\"}]",
        ",\"network\":{}",
        ",\"network\":{\"allow\":\"a.example\"}",
        ",\"network\":{\"allow\":[\"*\"]}",
        ",\"network\":{\"allow\":[\"\"]}",
        ",\"network\":{\"allow\":[\" \"]}",
        ",\"network\":{\"allow\":[\"https://a.example\"]}",
        ",\"network\":{\"allow\":[],\"deny\":[]}",
        ",\"start_within\":0",
        ",\"start_within\":86401",
        ",\"start_within\":\"soon\"",
        ",\"unknown\":1"
      })
  void whatIsNotOfTheContractIsRefused(String properties) {
    assertThat(refusal(properties)).isNotEqualTo("passed").doesNotContain("against the schema");
  }

  @Test
  void thereAreLimits() {
    assertThat(refusal(",\"args\":[" + "\"\",".repeat(256) + "\"\"]")).contains("256");
    String file = "{\"path\":\"%d\",\"content\":\"\"}";
    StringBuilder files = new StringBuilder(file.formatted(0));
    for (int i = 1; i < 65; i++) {
      files.append(',').append(file.formatted(i));
    }
    assertThat(refusal(",\"files\":[" + files + "]")).contains("64");
  }
}
