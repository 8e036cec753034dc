package io.millrace.gateway.webhook;

import io.millrace.gateway.submit.WebhookRule;
import io.millrace.outbound.AddressPolicy;
import io.millrace.webhook.WebhookConfiguration;
import io.millrace.webhook.WebhookSettings;
import io.millrace.webhook.dispatch.DispatchConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Which webhook a request may name, and the dispatcher that each gateway runs. */
@Configuration(proxyBeanMethods = false)
@Import({WebhookConfiguration.class, DispatchConfiguration.class})
class WebhookRuleConfiguration {

  @Bean
  WebhookUrlPolicy webhookUrlPolicy(AddressPolicy addresses, WebhookSettings settings) {
    return new WebhookUrlPolicy(addresses, settings.allowHttp());
  }

  /** The step of a submission that asks the policy. */
  @Bean
  WebhookRule webhookRule(WebhookUrlPolicy policy) {
    return policy::reject;
  }
}
