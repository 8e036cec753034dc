package io.millrace.webhook;

import io.millrace.outbound.AddressPolicy;
import io.millrace.webhook.sign.WebhookSecret;
import io.millrace.webhook.sign.WebhookSignature;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where webhooks may go, and how they are signed. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WebhookSettings.class)
public class WebhookConfiguration {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookConfiguration.class);

  @Bean
  AddressPolicy webhookAddressPolicy(WebhookSettings settings) {
    return new AddressPolicy(settings.networks());
  }

  @Bean
  WebhookSignature webhookSignature(WebhookSettings settings) {
    List<WebhookSecret> common = settings.secrets();
    Map<String, List<WebhookSecret>> byOwner = settings.secretsByOwner();
    warn(common, byOwner);
    return new WebhookSignature(common, byOwner);
  }

  private static void warn(List<WebhookSecret> common, Map<String, List<WebhookSecret>> byOwner) {
    if (common.isEmpty()) {
      LOG.warn(
          "millrace.webhook.secret is not set: webhooks of owners without a secret of their own go"
              + " out unsigned");
    }
    boolean allLong =
        Stream.concat(common.stream(), byOwner.values().stream().flatMap(List::stream))
            .allMatch(WebhookSecret::isLongEnough);
    if (!allLong) {
      LOG.warn(
          "A webhook secret has fewer than {} bytes and could be guessed",
          WebhookSecret.RECOMMENDED_BYTES);
    }
  }
}
