package io.millrace.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.outbound.AddressPolicy;
import io.millrace.outbound.Network;
import io.millrace.standalone.testing.receiver.UrlCase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookUrlPolicyTest {

  private final WebhookUrlPolicy publicOnly = policy();

  static Stream<UrlCase> cases() {
    return Stream.concat(UrlCase.all(), UrlCase.more());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyRowIsTakenOrRefusedAtSubmitTimeAsListed(UrlCase row) {
    assertThat(publicOnly.reject(row.url()).isPresent())
        .as(row.url())
        .isEqualTo(row.submit().equals("reject"));
  }

  @Test
  void everyRowOfTheListIsThere() {
    assertThat(UrlCase.all()).hasSize(80);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.01/",
        "http://127.0.0.1./",
        "http://0x7f.1/",
        "http://1.2.3/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://hook.example.test:0/",
        "http://hook.example.test:/",
        "http://hook.example.test:080/",
        "http://hook.example.test:99999/",
        "http://hook.example.test:-1/",
        "http://hook.example.test\\@127.0.0.1/",
        "http://hook.example.test:80@127.0.0.1/",
        "http://@hook.example.test/",
        "http://hook.example.test/%zz",
        "http://hook.example.test/a b",
        "http://hook.example.test/\t",
        "http://hook.example.test/\u0000",
        "http://[fe80::1%25eth0]/",
        "http://[::ffff:93.184.215.14]/",
        "http://[::]/",
        "http://[::1]:80:80/",
        "http://::1/",
        "http://-hook.example.test/",
        "http://hook_1.example.test/",
        "http://.example.test/",
        "http://./",
        "http://localhost./",
        "http://LOCALHOST/",
        "http://a.localhost.:8080/",
        "http://service.svc/",
        "http://1.0.0.127.in-addr.arpa/",
        "http:hook.example.test/",
        "http:/hook.example.test/",
        "http:///hook.example.test/",
        "HTTP://168.63.129.16/",
        "ws://hook.example.test/",
        "",
        "https://",
        "https://?",
        "https://#",
      })
  void whatParsersReadDifferentlyIsRefused(String url) {
    assertThat(publicOnly.reject(url)).as(url).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.com",
        "https://example.com?x=1",
        "https://example.com/webhook",
        "https://a-b.example.co.uk:65535/p%20q?a=b&c=%2F#f",
        "https://hook.example.test/%0d%0aX",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/",
        "http://1.1.1.1/",
      })
  void ordinaryUrlsAreTaken(String url) {
    assertThat(publicOnly.reject(url)).as(url).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9999/hook",
        "http://localhost:9999/",
        "http://LocalHost:9999/",
        "http://receiver.localhost:9999/"
      })
  void openedLoopbackIsReachedByAddressAndByName(String url) {
    assertThat(policy("127.0.0.0/8").reject(url)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://10.0.0.1/", "http://receiver:8080/", "http://a.internal/"})
  void openingLoopbackOpensNothingElse(String url) {
    assertThat(policy("127.0.0.0/8").reject(url)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://10.1.2.3/",
        "http://receiver:8080/",
        "http://receiver.prod.svc.cluster.local:8000/"
      })
  void anOpenedPrivateNetworkIsReachedByItsNamesToo(String url) {
    assertThat(policy("10.0.0.0/8").reject(url)).isEmpty();
  }

  @Test
  void aPortOfAnotherServiceStaysShutInAnOpenedNetwork() {
    assertThat(policy("127.0.0.0/8").reject("http://127.0.0.1:6379/")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:8000/", "http://localhost:8000/", "http://a.internal/"})
  void aRefusalNamesTheSettingThatOpensOtherNetworks(String url) {
    assertThat(publicOnly.reject(url).orElseThrow())
        .startsWith("webhook_url must lead to a public host: ")
        .endsWith("MILLRACE_WEBHOOK_ALLOWED_NETWORKS");
  }

  @Test
  void plainHttpCanBeForbidden() {
    WebhookUrlPolicy tlsOnly = new WebhookUrlPolicy(new AddressPolicy(List.of()), false);

    assertThat(tlsOnly.reject("http://hook.example.test/")).isPresent();
    assertThat(tlsOnly.reject("https://hook.example.test/")).isEmpty();
  }

  @Test
  void aReasonNamesTheFieldAndNeverRepeatsTheUrl() {
    assertThat(publicOnly.reject("http://user:hunter2@hook.example.test/"))
        .hasValueSatisfying(
            reason -> assertThat(reason).startsWith("webhook_url ").doesNotContain("hunter2"));
  }

  private static WebhookUrlPolicy policy(String... opened) {
    return new WebhookUrlPolicy(
        new AddressPolicy(Stream.of(opened).map(Network::parse).toList()), true);
  }
}
