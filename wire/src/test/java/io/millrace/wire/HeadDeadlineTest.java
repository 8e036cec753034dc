package io.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

/**
 * Whoever comes to write late is no attacker: a head has its time from its first byte, and a
 * connection without one the time of an idle connection.
 */
class HeadDeadlineTest {

  private static final Duration HEAD = Duration.ofSeconds(10);
  private static final Duration IDLE = Duration.ofSeconds(75);
  private static final WireLimits LIMITS = new WireLimits(1, 1 << 14, 1 << 20, HEAD, IDLE);
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private final EmbeddedChannel channel = new EmbeddedChannel();

  @BeforeEach
  void accept() {
    channel.freezeTime();
    FoldedLines folds = new FoldedLines();
    channel
        .pipeline()
        .addLast(folds)
        .addLast(NettyPipeline.HttpCodec, new HttpServerCodec())
        .addLast(new WireRules(LIMITS, folds, status -> new byte[0]));
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void aRequestThatComesLateIsTaken() {
    pass(HEAD.multipliedBy(2));
    assertThat(channel.isOpen()).isTrue();
    send(REQUEST);
    pass(IDLE.multipliedBy(2));
    assertThat(channel.isOpen()).as("while its answer is on its way").isTrue();
  }

  @Test
  void aConnectionThatSendsNothingEndsAsAnIdleOne() {
    pass(IDLE.minusMillis(1));
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void blanksBeforeAHeadWinNoTime() {
    pass(IDLE.minusMillis(1));
    send("\r\n");
    pass(Duration.ofMillis(1));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aHeadThatDripsEndsThoughEachByteIsNew() {
    pass(HEAD);
    send("G");
    for (int i = 1; i < 10; i++) {
      pass(HEAD.dividedBy(10));
      send("E");
    }
    assertThat(channel.isOpen()).isTrue();
    pass(HEAD.dividedBy(10));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void theNextHeadHasItsWholeTimeTooHoweverLongTheConnectionWasIdle() {
    send(REQUEST);
    answer();
    pass(IDLE.minusMillis(1));
    send("GET");
    pass(HEAD.minusMillis(1));
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aHeadThatHasBegunBeforeTheLastAnswerCountsFromThere() {
    send(REQUEST + "GET");
    pass(IDLE.multipliedBy(2));
    assertThat(channel.isOpen()).as("a caller waits").isTrue();
    answer();
    pass(HEAD);
    assertThat(channel.isOpen()).isFalse();
  }

  private void send(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  private void answer() {
    DefaultFullHttpResponse answer =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
    channel.writeOutbound(answer);
    ByteBuf written = channel.readOutbound();
    assertThat(written.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200");
    written.release();
  }

  private void pass(Duration time) {
    channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
  }
}
