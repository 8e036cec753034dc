package io.millrace.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class WebhookSettingsTest {

  @Test
  void theContractsEnvironmentNamesAreUnderstood() {
    WebhookSettings settings =
        of(
            Map.of(
                "MILLRACE_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "MILLRACE_WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8, 10.0.0.0/8",
                "MILLRACE_WEBHOOK_RETRY_BASE", "50ms"));

    assertThat(settings.secrets()).hasSize(1);
    assertThat(settings.networks()).hasSize(2);
    assertThat(settings.retryBase()).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void withoutAnySettingNothingIsOpenAndTheScheduleIsTheUsualOne() {
    WebhookSettings settings = of(Map.of());

    assertThat(settings.networks()).isEmpty();
    assertThat(settings.secrets()).isEmpty();
    assertThat(settings.retryBase()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void emptyVariablesAreAsIfTheyWereAbsent() {
    WebhookSettings settings =
        of(Map.of("MILLRACE_WEBHOOK_SECRET", "", "MILLRACE_WEBHOOK_ALLOWED_NETWORKS", ""));

    assertThat(settings.networks()).isEmpty();
    assertThat(settings.secrets()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "MILLRACE_WEBHOOK_SECRET, s3cret, millrace.webhook.secret",
    "MILLRACE_WEBHOOK_ALLOWED_NETWORKS, 10.0.0.0/99, millrace.webhook.allowed-networks",
    "MILLRACE_WEBHOOK_RETRY_BASE, 0s, millrace.webhook.retry-base",
    "MILLRACE_WEBHOOK_LEASE, 20s, millrace.webhook.lease",
    "MILLRACE_WEBHOOK_MAX_PER_RECEIVER, 0, millrace.webhook.max-per-receiver",
  })
  void aWrongSettingEndsTheStartWithItsName(String name, String value, String property) {
    assertThatThrownBy(() -> of(Map.of(name, value)))
        .hasStackTraceContaining("IllegalArgumentException: " + property);
  }

  private static WebhookSettings of(Map<String, Object> variables) {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .replace(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    ConfigurationPropertySources.attach(environment);
    return Binder.get(environment).bindOrCreate("millrace.webhook", WebhookSettings.class);
  }
}
