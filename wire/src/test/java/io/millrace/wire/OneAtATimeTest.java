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
import org.junit.jupiter.api.Test;

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
