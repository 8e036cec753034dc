package io.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.assertj.core.api.ThrowingConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

/** What a seeded generator sends; the message of a failure names the seed, which makes it again. */
class WireFuzzTest {

  private static final int ROUNDS = 500;
  private static final WireLimits LIMITS =
      new WireLimits(1, 1 << 14, 1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(75));
  private static final String[] BODIES = {
    "", "{}", "\r\n\r\n x\r\n\ty", "0\r\n\r\n", "POST / HTTP/1.1\r\n fold: a\r\n\r\n", "\n\n \n"
  };
  private static final String SPITE = "\r\n \t:;,0aF/\u0000\u007f";

  @Test
  void bytesAreReadTheSameWayInWhateverPiecesTheyCome() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      String sent = spoilt(requests(random, 1 + random.nextInt(3)), random);
      assertThat(reading(sent, random))
          .as("seed %d: %s", seed, sent)
          .isEqualTo(reading(sent, null));
    }
  }

  @Test
  void soundRequestsPassAndNoneWithAFoldedLineDoes() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      int before = random.nextInt(3);
      String sound = requests(random, before);
      assertThat(reading(sound, random)).as("seed %d: %s", seed, sound).satisfies(read(before, 0));
      String sent = sound + folded(random) + requests(random, 1);
      assertThat(reading(sent, random)).as("seed %d: %s", seed, sent).satisfies(read(before, 1));
    }
  }

  private static ThrowingConsumer<String> read(int passed, int refused) {
    return reading -> {
      assertThat(reading.split("\\[end]", -1)).hasSize(passed + 1);
      assertThat(reading.split("HTTP/1.1 200", -1)).hasSize(passed + 1);
      assertThat(reading.split("HTTP/1.1 400", -1)).hasSize(refused + 1);
    };
  }

  /** What comes out of the rules, and the answers; in one piece where there is no chance. */
  private static String reading(String sent, @Nullable Random pieces) {
    StringBuilder passed = new StringBuilder();
    FoldedLines folds = new FoldedLines();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel
        .pipeline()
        .addLast(folds)
        .addLast(NettyPipeline.HttpCodec, new HttpServerCodec())
        .addLast(new WireRules(LIMITS, folds, status -> new byte[0]))
        .addLast(new Answering(passed));
    byte[] bytes = sent.getBytes(StandardCharsets.ISO_8859_1);
    int at = 0;
    while (at < bytes.length && channel.isOpen()) {
      int length = bytes.length - at;
      length = pieces == null ? length : Math.min(length, 1 + pieces.nextInt(40));
      channel.writeInbound(Unpooled.copiedBuffer(bytes, at, length));
      at += length;
    }
    StringBuilder answers = new StringBuilder();
    for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
      answers.append(each.toString(StandardCharsets.ISO_8859_1));
      each.release();
    }
    channel.finishAndReleaseAll();
    return passed + " answered " + answers;
  }

  private static String requests(Random random, int count) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String body = BODIES[random.nextInt(BODIES.length)];
      String head = "POST /" + i + " HTTP/1.1\r\nHost: a\r\nX-A:" + " ".repeat(random.nextInt(3));
      all.append(random.nextBoolean() ? head + "\r\n" : head + "b\r\n");
      if (random.nextBoolean()) {
        all.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
      } else {
        all.append("Transfer-Encoding: chunked\r\n\r\n");
        if (!body.isEmpty()) {
          all.append(Integer.toHexString(body.length())).append(random.nextBoolean() ? "" : ";x=y");
          all.append("\r\n").append(body).append("\r\n");
        }
        all.append(random.nextBoolean() ? "0\r\n\r\n" : "0\r\nX-Trailer: a\r\n\r\n");
      }
    }
    return all.toString();
  }

  private static String folded(Random random) {
    String fold = (random.nextBoolean() ? "\r\n" : "\n") + (random.nextBoolean() ? " " : "\t");
    String[] heads = {
      "POST / HTTP/1.1" + fold + "Host: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost:" + fold + "a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:" + fold + "chunked\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a" + fold + "\r\n\r\n"
    };
    return heads[random.nextInt(heads.length)];
  }

  private static String spoilt(String sound, Random random) {
    StringBuilder text = new StringBuilder(sound);
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(text.length());
      char spite = SPITE.charAt(random.nextInt(SPITE.length()));
      switch (random.nextInt(3)) {
        case 0 -> text.insert(at, spite);
        case 1 -> text.deleteCharAt(at);
        default -> text.setCharAt(at, spite);
      }
    }
    return text.toString();
  }

  /** Answers each whole request at once, and notes what it is. */
  private static final class Answering extends ChannelInboundHandlerAdapter {

    private final StringBuilder passed;

    Answering(StringBuilder passed) {
      this.passed = passed;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof HttpRequest request) {
        passed.append(request.method()).append(request.uri()).append(request.headers().entries());
      }
      if (message instanceof HttpContent content) {
        passed.append(content.content().toString(StandardCharsets.ISO_8859_1));
      }
      if (message instanceof LastHttpContent) {
        passed.append("[end]");
        DefaultFullHttpResponse answer =
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
        ctx.writeAndFlush(answer);
      }
      ReferenceCountUtil.release(message);
    }
  }
}
