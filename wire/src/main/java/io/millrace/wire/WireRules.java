package io.millrace.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind the HTTP/1 codec: refuses unfit heads, and ends connections that bring no whole
 * head in time. A sender that has sent whole requests and then closed its side gets their answers.
 * One connection's; used on its event loop only.
 */
final class WireRules extends ChannelDuplexHandler {

  private static final String EVENTS = "text/event-stream";

  private final WireLimits limits;
  private final FoldedLines folds;
  private final Function<HttpResponseStatus, byte[]> refusal;
  private final Vanished vanished = new Vanished();
  private final RequestDeadline deadline = new RequestDeadline();
  private int unanswered;
  private boolean informational;
  private boolean answerBegun;
  private boolean last;
  private int owedElsewhere;
  private boolean deaf;
  private @Nullable HttpResponseStatus owed;
  private boolean refused;
  private boolean bodyDue;
  private boolean modern;
  private boolean inputEnded;
  private boolean endless;

  WireRules(WireLimits limits, FoldedLines folds, Function<HttpResponseStatus, byte[]> refusal) {
    this.limits = limits;
    this.folds = folds;
    this.refusal = refusal;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    awaitHead(ctx);
  }

  /**
   * Whoever has sent nothing yet has as long as between two requests: clients open connections in
   * advance, and a busy one comes to write long after its connection was accepted.
   */
  private void awaitHead(ChannelHandlerContext ctx) {
    deadline.begin(ctx, folds.isWithinHead() ? limits.headTime() : limits.idleTime());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    deadline.end();
    vanished.end();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.end();
    vanished.end();
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == FoldedLines.HEAD_BEGINS) {
      if (unanswered == 0 && !deaf) {
        awaitHead(ctx);
      }
    } else if (event == FoldedLines.FOUND) {
      deadline.end();
      owedElsewhere = unanswered;
      refuse(ctx, HttpResponseStatus.BAD_REQUEST);
    } else if (event instanceof ChannelInputShutdownEvent) {
      onInputEnd(ctx);
    } else if (!(event instanceof ChannelInputShutdownReadComplete)) {
      ctx.fireUserEventTriggered(event);
    }
  }

  /**
   * The sender will send no more: what it has sent whole is answered, then the connection ends. A
   * stream of events has no end to wait for, and may have nothing to say that would show who has
   * gone: it ends here.
   */
  private void onInputEnd(ChannelHandlerContext ctx) {
    inputEnded = true;
    if (refused) {
      return;
    }
    if (unanswered == 0 || answerBegun && endless) {
      ctx.close();
    } else if (bodyDue) {
      owedElsewhere = unanswered - 1;
      refuse(ctx, HttpResponseStatus.BAD_REQUEST);
    } else if (modern) {
      vanished.lookFor(ctx, () -> answerBegun);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (deaf) {
      ReferenceCountUtil.release(message);
      return;
    }
    Optional<HttpResponseStatus> flaw = flaw(message);
    if (flaw.isPresent()) {
      ReferenceCountUtil.release(message);
      refuse(ctx, flaw.get());
      return;
    }
    ctx.fireChannelRead(message);
  }

  private Optional<HttpResponseStatus> flaw(Object message) {
    if (message instanceof HttpRequest request) {
      deadline.end();
      Optional<HttpResponseStatus> flaw = HeadRules.flaw(request);
      if (flaw.isEmpty()) {
        folds.onHead(request);
        bodyDue = true;
        modern = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
      }
      unanswered += flaw.isEmpty() ? 1 : 0;
      owedElsewhere = flaw.isPresent() ? unanswered : unanswered - 1;
      return flaw;
    }
    if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      return Optional.of(HeadRules.undecodableBody(content.decoderResult().cause()));
    }
    if (message instanceof LastHttpContent) {
      folds.onEnd();
      bodyDue = false;
    }
    return Optional.empty();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (refused) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    if (message instanceof HttpResponse response) {
      informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      answerBegun = !informational;
      endless =
          EVENTS.contentEquals(Objects.requireNonNullElse(HttpUtil.getMimeType(response), ""));
      last = !HttpUtil.isKeepAlive(response);
    }
    if (message instanceof LastHttpContent && !informational) {
      answerBegun = false;
      unanswered--;
      ChannelPromise written = promise.unvoid();
      ctx.write(message, written);
      answered(ctx, written);
      return;
    }
    ctx.write(message, promise);
  }

  private void answered(ChannelHandlerContext ctx, ChannelPromise written) {
    if (owed != null && !last) {
      owedElsewhere--;
      refuse(ctx, owed);
    } else if (unanswered == 0 && inputEnded) {
      written.addListener(done -> ctx.close());
    } else if (unanswered == 0) {
      awaitHead(ctx);
    }
  }

  /**
   * Answers in place of the handler, unless it has begun to; but earlier requests on this
   * connection get their own answers first. Nothing more is heard either way.
   */
  private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status) {
    deaf = true;
    if (owedElsewhere > 0) {
      owed = status;
      return;
    }
    refused = true;
    if (answerBegun) {
      ctx.close();
      return;
    }
    ctx.writeAndFlush(answer(status)).addListener(written -> ctx.close());
  }

  private FullHttpResponse answer(HttpResponseStatus status) {
    ByteBuf body = Unpooled.wrappedBuffer(refusal.apply(status));
    FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return answer;
  }
}
