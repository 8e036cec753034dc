package io.millrace.gateway.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

class MediaTypeRuleTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\""
      })
  void jsonInUtf8IsTaken(String type) {
    assertThat(MediaTypeRule.flaw(head("Content-Type", type))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "json",
        "text/plain",
        "text/json",
        "application/*",
        "*/*",
        "application/json-seq",
        "application/problem+json",
        "application/x-www-form-urlencoded",
        "application/json, text/plain",
        "application/json; charset=ISO-8859-1",
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        "application/json; charset=utf-16; charset=utf-8"
      })
  void anyOtherTypeIsRefused(String type) {
    assertThat(MediaTypeRule.flaw(head("Content-Type", type))).isPresent();
  }

  @Test
  void twoTypesAreRefusedAndSoIsNone() {
    HttpHeaders two = head("Content-Type", "application/json");
    two.add("Content-Type", "application/json");
    assertThat(MediaTypeRule.flaw(two)).isPresent();
    assertThat(MediaTypeRule.flaw(new HttpHeaders())).isPresent();
  }

  @Test
  void aContentCodingIsRefused() {
    HttpHeaders coded = head("Content-Type", "application/json");
    coded.add("Content-Encoding", "gzip");
    assertThat(MediaTypeRule.flaw(coded)).isPresent();
  }

  private static HttpHeaders head(String name, String value) {
    HttpHeaders head = new HttpHeaders();
    head.add(name, value);
    return head;
  }
}
