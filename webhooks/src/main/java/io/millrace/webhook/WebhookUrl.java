package io.millrace.webhook;

/** What a text gives that should be a webhook's URL. */
public sealed interface WebhookUrl permits WebhookTarget, WebhookUrl.Flaw {

  /** It is none; {@code reason} goes on after "webhook_url". */
  record Flaw(String reason) implements WebhookUrl {}
}
