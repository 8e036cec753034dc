package io.millrace.gateway.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.job.ExecutionRequest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestValidatorTest {

  private final RequestValidator validator = new RequestValidator();

  @ParameterizedTest
  @ValueSource(
      strings = {"30.0", "3e1", "30", "300e-1", "0.3E+2", "30.000000000000000000000000000000"})
  void anIntegerIsOneHoweverItIsWritten(String timeout) {
    assertThat(valid("{\"code\":\"\",\"timeout\":" + timeout + "}").timeout()).isEqualTo(30);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "30.5",
        "0",
        "301",
        "-1",
        "-0",
        "\"30\"",
        "null",
        "true",
        "[30]",
        "{}",
        "1e400",
        "1e999999999",
        "1e-400",
        "1e-999999999",
        "4294967297",
        "18446744073709551617",
        "1.00000000000000000000000000000000000001"
      })
  void aTimeoutOutsideItsBoundsIsToldByName(String timeout) {
    assertThat(invalid("{\"code\":\"\",\"timeout\":" + timeout + "}").message())
        .contains("timeout");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nul",
        "{",
        "{'code':''}",
        "{\"code\":\"\",}",
        "{\"code\":\"\"} x",
        "{\"code\":\"\"}{}",
        "{\"code\":\"\",\"code\":\"\"}",
        "{\"code\":\"\",\"timeout\":NaN}",
        "{\"code\":\"\",\"timeout\":Infinity}",
        "{\"code\":\"\",\"timeout\":01}",
        "{\"code\":\"\",\"timeout\":1.}",
        "{\"code\":\"\",\"timeout\":.5}",
        "{\"code\":\"\",\"timeout\":+1}",
        "{\"code\":\"\",\"timeout\":0x1E}",
        "{\"code\":\"\"// x\n}",
        "# x\n{\"code\":\"\"}",
        "{code:\"\"}",
        "{\"code\":\"\t\"}",
        "{\"code\":\"\\x41\"}",
        "{\"code\":\"\\ud83\"}",
        "\uFEFF\uFEFF{\"code\":\"\"}"
      })
  void whatIsNotStrictlyJsonIsToldSo(String body) {
    ApiError error = invalid(body);
    assertThat(error.message()).startsWith("The body is not valid JSON");
    assertThat(error.message()).doesNotContainIgnoringCase("exception").hasSizeLessThan(200);
  }

  @ParameterizedTest
  @CsvSource({"ff", "c080", "eda080", "f4908080", "e282", "fffe7b00", "0000007b"})
  void bytesThatAreNoUtf8AreNoJson(String hex) {
    byte[] bytes = java.util.HexFormat.of().parseHex("7b22636f6465223a22" + hex + "227d");
    assertThat(refusal(validator.validate(bytes)).message()).contains("not valid JSON");
  }

  @Test
  void depthAndNumbersAreBounded() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(invalid("{\"code\":\"\",\"x\":" + deep + "}").message()).contains("not valid JSON");
    String number = "9".repeat(2000);
    assertThat(invalid("{\"code\":\"\",\"timeout\":" + number + "}").message())
        .contains("not valid JSON");
    String fair = "[".repeat(990) + "]".repeat(990);
    assertThat(invalid("{\"code\":\"\",\"x\":" + fair + "}").message()).contains("x is not");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "\"x\"", "42", "null", "true"})
  void onlyAnObjectIsARequest(String body) {
    assertThat(invalid(body).message()).contains("object");
  }

  @Test
  void aByteOrderMarkIsPassedOver() {
    assertThat(valid("\uFEFF{\"code\":\"x\"}").code()).isEqualTo("x");
  }

  @Test
  void whatPythonCannotTakeIsRefusedByName() {
    assertThat(invalid("{\"code\":\"a\\u0000\"}").message()).contains("code").contains("NUL");
    assertThat(invalid("{\"code\":\"\\ud800\"}").message()).contains("code").contains("surrogate");
    assertThat(invalid("{\"code\":\"\\udc00\\ud800\"}").message()).contains("surrogate");
    assertThat(invalid("{\"code\":\"\",\"id\":\"\\ud800\"}").message()).contains("id");
    assertThat(valid("{\"code\":\"\\ud83d\\ude00\"}").code()).isEqualTo("\uD83D\uDE00");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/hook", "http://exa mple.test/", "hook", "//host/hook"})
  void aWebhookMustBeAnAbsoluteUri(String url) {
    assertThat(invalid("{\"code\":\"\",\"webhook_url\":\"" + url + "\"}").message())
        .contains("webhook_url");
  }

  @Test
  void atMostTenReasonsAreGivenInOneKilobyte() {
    StringBuilder body = new StringBuilder("{\"timeout\":0");
    for (int i = 0; i < 40; i++) {
      body.append(",\"").append("\\\"\\u0001\u00e9".repeat(30)).append(i).append("\":1");
    }
    ApiError error = invalid(body + "}");
    assertThat(error.message().split("; ")).hasSizeLessThanOrEqualTo(11);
    assertThat(ApiErrors.body(error)).hasSizeLessThan(1024);
  }

  @Test
  void fiftyThousandUnknownNamesAreOneReason() {
    StringBuilder body = new StringBuilder("{\"code\":\"\"");
    for (int i = 0; i < 50_000; i++) {
      body.append(",\"k").append(i).append("\":1");
    }
    assertThat(invalid(body + "}").message()).contains("50001 properties");
  }

  private ExecutionRequest valid(String body) {
    return validator
        .validate(body.getBytes(StandardCharsets.UTF_8))
        .fold(
            request -> request,
            error -> {
              throw new AssertionError(error.message());
            });
  }

  private ApiError invalid(String body) {
    return refusal(validator.validate(body.getBytes(StandardCharsets.UTF_8)));
  }

  private static ApiError refusal(Checked<ExecutionRequest> checked) {
    return checked.fold(
        request -> {
          throw new AssertionError("taken: " + request);
        },
        error -> error);
  }
}
