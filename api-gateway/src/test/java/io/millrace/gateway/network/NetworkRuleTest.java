package io.millrace.gateway.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import io.millrace.outbound.AllowList;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NetworkRuleTest {

  private final NetworkRule rule =
      new NetworkRule(new NetworkSettings(List.of("api.github.com", "*.Example.com:8443")));

  @Test
  void aRequestThatDoesNotSayMayReachWhatItsKeyMay() {
    assertThat(rule.hosts(asking(null), caller(null)))
        .containsExactly("api.github.com", "*.example.com:8443");
    assertThat(rule.hosts(new ExecutionRequest("", 1, null, null), caller(null))).hasSize(2);
  }

  @Test
  void theKeysOwnListTakesThePlaceOfTheOneForAll() {
    assertThat(rule.hosts(asking(null), caller(List.of("own.example"))))
        .containsExactly("own.example");
    assertThat(rule.hosts(asking(null), caller(List.of()))).isEmpty();
  }

  @Test
  void aRequestNarrowsToLessAndToNothing() {
    assertThat(refusal(List.of("api.github.com:443", "a.example.com:8443"), null)).isNull();
    assertThat(rule.hosts(asking(List.of("API.github.com:443")), caller(null)))
        .containsExactly("api.github.com:443");
    assertThat(refusal(List.of(), null)).isNull();
    assertThat(rule.hosts(asking(List.of()), caller(null))).isEmpty();
  }

  @Test
  void aRequestThatWouldReachMoreIsRefusedByNameAndSetting() {
    ApiError error = refusal(List.of("api.github.com", "*.example.com"), null);
    assertThat(error.status()).isEqualTo(400);
    assertThat(error.reason()).isEqualTo("network_not_allowed");
    assertThat(error.message())
        .contains("network.allow[1], *.example.com", "api.github.com", "MILLRACE_NETWORK_ALLOW")
        .contains("network= in the key's line");
    assertThat(error.fields()).containsEntry("id", "mine");
    assertThat(refusal(List.of("api.github.com"), List.of()).message()).contains("is nothing");
    assertThat(refusal(List.of("x.example"), List.of("x.example:443"))).isNotNull();
  }

  @Test
  void aListThatIsNoneEndsTheStartByTheSettingsName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NetworkSettings(List.of("*")))
        .withMessageStartingWith("millrace.network.allow: '*' must");
  }

  private @Nullable ApiError refusal(List<String> asked, @Nullable List<String> ofKey) {
    return rule.check(asking(asked), caller(ofKey)).fold(passed -> null, error -> error);
  }

  private static ExecutionRequest asking(@Nullable List<String> hosts) {
    WideInputs inputs =
        new WideInputs(null, null, List.of(), Map.of(), List.of(), List.of(), null, null, hosts);
    return new ExecutionRequest("", 1, null, "mine", inputs);
  }

  private static Caller caller(@Nullable List<String> ofKey) {
    return new Caller("o", OwnerLimits.NONE, ofKey == null ? null : AllowList.parse(ofKey));
  }
}
