package io.millrace.webhook.dispatch;

import io.millrace.webhook.WebhookSettings;
import io.millrace.webhook.WebhookTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.ssl.SslContext;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Posts one message to a checked address and reads the head of the answer. The URL never reaches
 * the HTTP client: it gets a socket address that was checked, and a path. Thread-safe,
 * non-blocking.
 */
final class WebhookClient {

  private static final int ADDRESSES_TO_TRY = 3;

  private final HttpClient http;
  private final SslContext tls;
  private final WebhookSettings settings;
  private final Clock clock;

  private record Answer(HttpClientResponse head, Connection connection) {}

  WebhookClient(HttpClient http, SslContext tls, WebhookSettings settings, Clock clock) {
    this.http = http;
    this.tls = tls;
    this.settings = settings;
    this.clock = clock;
  }

  /** Posts to the first of the addresses that takes the connection. Never an error. */
  Mono<AttemptResult> post(
      WebhookTarget target, List<InetAddress> addresses, SignedMessage message) {
    Instant end = clock.instant().plus(settings.totalTimeout());
    return head(target, addresses.subList(0, Math.min(addresses.size(), ADDRESSES_TO_TRY)), message)
        .timeout(settings.headTimeout())
        .flatMap(answer -> result(answer, end))
        .onErrorResume(failure -> Mono.just(FailureCauses.resultOf(failure)));
  }

  private Mono<Answer> head(
      WebhookTarget target, List<InetAddress> addresses, SignedMessage message) {
    Mono<Answer> answer = head(target, addresses.get(0), message);
    return addresses.size() == 1
        ? answer
        : answer.onErrorResume(
            ConnectException.class,
            refused -> head(target, addresses.subList(1, addresses.size()), message));
  }

  private Mono<Answer> head(WebhookTarget target, InetAddress address, SignedMessage message) {
    return connecting(target, address)
        .headers(
            headers -> {
              headers.set(HttpHeaderNames.HOST, target.hostHeader());
              headers.set(HttpHeaderNames.CONTENT_LENGTH, message.body().length);
              message.headers().forEach(headers::set);
            })
        .post()
        .uri(target.requestTarget())
        .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(message.body())))
        .responseConnection((head, connection) -> Flux.just(new Answer(head, connection)))
        .next();
  }

  private HttpClient connecting(WebhookTarget target, InetAddress address) {
    InetSocketAddress checked = new InetSocketAddress(address, target.port());
    HttpClient client = http.remoteAddress(() -> checked);
    return target.tls()
        ? client.secure(spec -> spec.sslContext(tls).handshakeTimeout(settings.connectTimeout()))
        : client;
  }

  /** The status decides; the body is only read so that the receiver may finish its answer. */
  private Mono<AttemptResult> result(Answer answer, Instant end) {
    AttemptResult result =
        AttemptResult.answered(
            answer.head().status().code(),
            RetryAfterHeader.parse(
                answer.head().responseHeaders().get(HttpHeaderNames.RETRY_AFTER), clock.instant()));
    return drain(answer.connection(), end).thenReturn(result);
  }

  private Mono<Void> drain(Connection connection, Instant end) {
    Flux<Long> read =
        connection
            .inbound()
            .receive()
            .map(ByteBuf::readableBytes)
            .scan(0L, (total, bytes) -> total + bytes);
    return read.takeUntil(total -> total > settings.maxAnswerBytes())
        .then()
        .timeout(Duration.between(clock.instant(), end))
        .onErrorComplete()
        .doFinally(signal -> connection.dispose());
  }
}
