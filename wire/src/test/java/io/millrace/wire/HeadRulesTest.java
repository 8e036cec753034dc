package io.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadRulesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1/jobs/a?wait=5",
        "/a%20b;x=1?q=/?",
        "http://host:1/v1",
        "http://host",
        "http://host?q",
        "//double",
        "/a+b"
      })
  void plainTargetsAreFit(String target) {
    assertThat(HeadRules.flaw(request(target, "Host", "a"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "host:443",
        "http:",
        "httpx",
        "http://a:b@host/",
        "http://host@other/",
        "ftp://host/",
        "/a%zz",
        "/a%2",
        "/a\"b",
        "/${x}",
        "/a\\b",
        "/a#b",
        "/\u00e9"
      })
  void otherTargetsAreNot(String target) {
    assertThat(HeadRules.flaw(request(target, "Host", "a"))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a/b", "a@b,c d", "a:x", "[::1", ""})
  void aHostMustBeOne(String host) {
    assertThat(HeadRules.flaw(request("/", "Host", host))).isPresent();
  }

  @Test
  void oneHostIsNeededAndOneIsEnough() {
    assertThat(HeadRules.flaw(request("/"))).isPresent();
    assertThat(HeadRules.flaw(request("/", "Host", "a", "Host", "a"))).isPresent();
    assertThat(HeadRules.flaw(request("/", "Host", "[::1]:8080"))).isEmpty();
  }

  @Test
  void aLengthIsToldInOneWayOnly() {
    assertThat(HeadRules.flaw(request("/", "Host", "a", "Content-Length", "19"))).isEmpty();
    assertThat(HeadRules.flaw(request("/", "Host", "a", "Content-Length", "+19"))).isPresent();
    assertThat(HeadRules.flaw(request("/", "Host", "a", "Content-Length", "19, 19"))).isPresent();
    assertThat(HeadRules.flaw(request("/", "Host", "a", "Transfer-Encoding", "chunked"))).isEmpty();
    assertThat(HeadRules.flaw(request("/", "Host", "a", "Transfer-Encoding", "xchunked")))
        .isPresent();
    assertThat(HeadRules.flaw(request("/", "Host", "a", "Transfer-Encoding", "gzip, chunked")))
        .isPresent();
    assertThat(
            HeadRules.flaw(
                request("/", "Host", "a", "Transfer-Encoding", "chunked", "Content-Length", "1")))
        .isPresent();
  }

  private static HttpRequest request(String target, String... namesAndValues) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request.headers().add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return request;
  }
}
