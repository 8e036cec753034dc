package io.millrace.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands before the HTTP/1 codec, which would join a header's folded lines (RFC 9112, 5.2) without
 * a word: finds them, and tells {@link WireRules}, which tells in turn where heads and bodies
 * begin. Bytes go on in pieces that end where a head or a body ends. One connection's; used on its
 * event loop only.
 */
final class FoldedLines extends ChannelInboundHandlerAdapter {

  /** Sent through the codec in place of a head that has a folded line. */
  static final Object FOUND = new Object();

  /** Sent through the codec when a head's first bytes are here, without its end. */
  static final Object HEAD_BEGINS = new Object();

  private enum Part {
    BEFORE_HEAD,
    HEAD,
    BODY,
    CHUNKS
  }

  private Part part = Part.BEFORE_HEAD;
  private long bodyLeft;
  private boolean lineBegins;
  private boolean lineEmpty;
  private boolean deaf;

  /** A head has come out of the codec. */
  void onHead(HttpRequest request) {
    if (request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      part = Part.CHUNKS;
    } else {
      bodyLeft = HttpUtil.getContentLength(request, 0L);
      part = bodyLeft > 0 ? Part.BODY : Part.BEFORE_HEAD;
    }
    lineEmpty = false;
  }

  /** Whether some of a head is here, but not its end. */
  boolean isWithinHead() {
    return part == Part.HEAD;
  }

  /** A body's end has come out of the codec. */
  void onEnd() {
    part = Part.BEFORE_HEAD;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (deaf || !(message instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      while (bytes.isReadable() && !deaf) {
        boolean waits = part == Part.BEFORE_HEAD;
        int length = nextPiece(bytes);
        if (deaf) {
          ctx.fireUserEventTriggered(FOUND);
        } else {
          ctx.fireChannelRead(bytes.readRetainedSlice(length));
          if (waits && part == Part.HEAD) {
            ctx.fireUserEventTriggered(HEAD_BEGINS);
          }
        }
      }
    } finally {
      ReferenceCountUtil.release(bytes);
    }
  }

  private int nextPiece(ByteBuf bytes) {
    if (part == Part.BODY) {
      int length = (int) Math.min(bodyLeft, bytes.readableBytes());
      bodyLeft -= length;
      part = bodyLeft > 0 ? Part.BODY : Part.BEFORE_HEAD;
      return length;
    }
    int from = bytes.readerIndex();
    for (int at = from; at < bytes.writerIndex(); at++) {
      if (endsPart(bytes.getByte(at))) {
        return at + 1 - from;
      }
    }
    return bytes.readableBytes();
  }

  /** Whether an empty line ends here, which ends a head, and may end chunks. */
  private boolean endsPart(byte each) {
    if (part == Part.BEFORE_HEAD) {
      // The codec passes over blanks before a head.
      if (each > ' ') {
        part = Part.HEAD;
        lineBegins = false;
        lineEmpty = false;
      }
      return false;
    }
    if (each == '\n') {
      boolean end = lineEmpty;
      lineEmpty = true;
      lineBegins = true;
      return end;
    }
    if (lineBegins && part == Part.HEAD && (each == ' ' || each == '\t')) {
      deaf = true;
      return true;
    }
    lineBegins = false;
    lineEmpty &= each == '\r';
    return false;
  }
}
