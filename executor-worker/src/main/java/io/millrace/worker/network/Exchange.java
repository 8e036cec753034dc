package io.millrace.worker.network;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/**
 * One request with an absolute URL and its answer, passed on piece by piece. With the answer's end
 * both connections end.
 */
final class Exchange {

  private Exchange() {}

  /** Reads the job's request. */
  static final class ToHost extends Peer {

    private boolean whole;

    ToHost(Channel host, JobNetwork its) {
      super(host, its);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (whole) {
        // Another request, or bytes that are none: this connection has had its one.
        ReferenceCountUtil.release(message);
        context.channel().config().setAutoRead(false);
        return;
      }
      if (isMalformed(message)) {
        ReferenceCountUtil.release(message);
        context.close();
        return;
      }
      whole = message instanceof LastHttpContent;
      super.channelRead(context, message);
    }
  }

  /** Reads the host's answer. */
  static final class ToJob extends Peer {

    private final Channel job;
    private boolean interim;

    ToJob(Channel job, JobNetwork its) {
      super(job, its);
      this.job = job;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (isMalformed(message)) {
        ReferenceCountUtil.release(message);
        context.close();
        return;
      }
      if (message instanceof HttpResponse response) {
        interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (response.status().code() == 101) { // nobody has asked for it
          ReferenceCountUtil.release(message);
          context.close();
          return;
        }
        if (!interim) {
          RequestRules.toJob(response);
        }
      }
      super.channelRead(context, message);
      if (message instanceof LastHttpContent && !interim) {
        closeOnceWritten(job);
        context.close();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        // An answer that ends with its connection ends here; its codec says so when it is closed.
        context.close();
        return;
      }
      super.userEventTriggered(context, event);
    }
  }

  private static boolean isMalformed(Object message) {
    return message instanceof HttpObject part && part.decoderResult().isFailure();
  }
}
