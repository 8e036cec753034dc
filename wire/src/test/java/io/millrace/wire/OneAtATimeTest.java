package io.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

class OneAtATimeTest {

  private final EmbeddedChannel channel = new EmbeddedChannel(new OneAtATime(1024));

  @Test
  void aRequestIsPassedOnWhenTheAnswerToTheOneBeforeHasLeftAndNoSooner() {
    request("/first");
    request("/second");
    assertThat(passed()).isEqualTo("/first");

    channel.write(answer(HttpResponseStatus.OK));
    channel.runPendingTasks();
    request("/third");
    assertThat(passed()).as("the answer is not written yet").isNull();

    channel.flush();
    channel.runPendingTasks();
    assertThat(passed()).isEqualTo("/second");
    assertThat(passed()).isNull();

    channel.writeAndFlush(answer(HttpResponseStatus.OK));
    channel.runPendingTasks();
    assertThat(passed()).isEqualTo("/third");
  }

  @Test
  void anInterimAnswerIsNoAnswer() {
    request("/first");
    request("/second");
    assertThat(passed()).isEqualTo("/first");

    channel.writeAndFlush(answer(HttpResponseStatus.CONTINUE));
    channel.runPendingTasks();

    assertThat(passed()).isNull();
  }

  /** Fails when the server needs no help any more; {@link OneAtATime} can go then. */
  @Test
  void theServerAloneStillLosesWhatWasSentAhead() throws IOException {
    assertThat(answers(HttpServer.create()))
        .as("Reactor Netty answers a request that was sent ahead of a reply: delete OneAtATime")
        .isEqualTo(1);
  }

  @Test
  void withItTheServerAnswersBoth() throws IOException {
    WireLimits limits =
        new WireLimits(10, 1 << 14, 1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(10));
    Wire wire = new Wire(limits, /* tls= */ false, status -> new byte[0]);
    assertThat(answers(wire.under(HttpServer.create()))).isEqualTo(2);
  }

  /** How many of two requests that come in one piece, the last to end the connection. */
  private static int answers(HttpServer bare) throws IOException {
    DisposableServer server =
        bare.host("127.0.0.1")
            .port(0)
            .handle((request, response) -> response.sendString(later(request.uri())))
            .bindNow();
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
      socket
          .getOutputStream()
          .write(
              ("GET /first HTTP/1.1\r\nHost: a\r\n\r\n"
                      + "GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] received = socket.getInputStream().readAllBytes();
      String text = new String(received, StandardCharsets.US_ASCII);
      return text.split("HTTP/1.1 200", -1).length - 1;
    } finally {
      server.disposeNow();
    }
  }

  /** After the event loop has read what came with the request. */
  private static Mono<String> later(String text) {
    return Mono.just(text).subscribeOn(Schedulers.boundedElastic());
  }

  private void request(String path) {
    channel.writeInbound(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, path),
        LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private static DefaultFullHttpResponse answer(HttpResponseStatus status) {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
  }

  /** The path of the next request that was passed on. */
  private String passed() {
    Object message = channel.readInbound();
    while (message instanceof LastHttpContent) {
      message = channel.readInbound();
    }
    return message instanceof HttpRequest request ? request.uri() : null;
  }
}
