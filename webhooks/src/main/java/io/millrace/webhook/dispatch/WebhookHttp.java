package io.millrace.webhook.dispatch;

import io.millrace.webhook.WebhookSettings;
import io.netty.channel.ChannelOption;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.LoopResources;

/**
 * The HTTP client as a webhook needs it: a connection for each attempt and none kept, so that no
 * address outlives its check; no proxy of the environment, no redirect, no decompression, nothing
 * sent twice behind our back.
 */
record WebhookHttp(HttpClient client) {

  private static final int LONGEST_STATUS_LINE = 4096;

  static WebhookHttp of(WebhookSettings settings, LoopResources loops) {
    return new WebhookHttp(client(settings, loops));
  }

  private static HttpClient client(WebhookSettings settings, LoopResources loops) {
    return HttpClient.newConnection()
        .runOn(loops)
        .protocol(HttpProtocol.HTTP11)
        .noProxy()
        .followRedirect(false)
        .disableRetry(true)
        .compress(false)
        .keepAlive(false)
        .option(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            Math.toIntExact(settings.connectTimeout().toMillis()))
        .httpResponseDecoder(
            decoder ->
                decoder
                    .maxInitialLineLength(LONGEST_STATUS_LINE)
                    .maxHeaderSize(settings.maxHeaderBytes()));
  }
}
