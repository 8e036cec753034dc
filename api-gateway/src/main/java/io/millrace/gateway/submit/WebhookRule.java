package io.millrace.gateway.submit;

import java.util.Optional;

/** What a webhook URL must be, as far as that can be told without asking a resolver. */
@FunctionalInterface
public interface WebhookRule {

  /** Why the URL is refused, as a sentence; empty when it is taken. */
  Optional<String> reject(String url);
}
