package io.millrace.worker.network;

import io.millrace.outbound.Destination;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request of a job to the proxy, from its head until bytes are passed on: whom is it for, may
 * the job reach that, connect, hand over. A connection has one request: what comes after it is not
 * read. Its channel's loop drives all of it.
 */
final class ProxyRequest extends ChannelInboundHandlerAdapter {

  private static final byte[] ESTABLISHED =
      "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final long LINGER_SECONDS = 1;

  private final JobNetwork job;
  private final Dialer dialer;
  private final NetworkMeters meters;

  /** What came with the head, in that order, until its host is connected. */
  private final Queue<Object> pending = new ArrayDeque<>();

  private boolean begun;
  private boolean over;
  private JobNetwork.@Nullable Use use;

  ProxyRequest(JobNetwork job, Dialer dialer, NetworkMeters meters) {
    this.job = job;
    this.dialer = dialer;
    this.meters = meters;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request && !begun) {
      begun = true;
      context.channel().config().setAutoRead(false);
      begin(context, request);
    } else if (over) {
      ReferenceCountUtil.release(message);
    } else {
      pending.add(message);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    RequestRules.Target target;
    try {
      target = RequestRules.target(request);
    } catch (IllegalArgumentException e) {
      refuse(context, Refusal.malformed(String.valueOf(e.getMessage())));
      return;
    }
    if (target.origin() == null) {
      // Now, so that what follows the head is not read as another request.
      context.pipeline().remove(HttpServerCodec.class);
    }
    Destination to = target.to();
    boolean allowed = job.allows(to);
    use = job.begin(to, allowed);
    if (!allowed) {
      refuse(context, Refusal.notAllowed(to));
    } else if (!job.hasBytesLeft()) {
      refuse(context, Refusal.usedUp());
    } else {
      connect(context, request, target, use);
    }
  }

  private void connect(
      ChannelHandlerContext context,
      HttpRequest request,
      RequestRules.Target target,
      JobNetwork.Use counted) {
    ChannelInitializer<Channel> pipeline =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            job.keep(channel);
            channel.pipeline().addLast(new ByteCounter(counted));
          }
        };
    dialer.dial(
        target.to(),
        context.channel().eventLoop(),
        pipeline,
        result -> {
          Channel host = result.channel();
          if (host == null) {
            refuse(context, Objects.requireNonNull(result.refusal()));
          } else if (!context.channel().isActive()) {
            host.close();
          } else {
            handOver(context, request, target, host);
          }
        });
  }

  private void handOver(
      ChannelHandlerContext context,
      HttpRequest request,
      RequestRules.Target target,
      Channel host) {
    UpstreamProxy upstream = dialer.upstream();
    if (target.origin() != null) {
      meters.answered(NetworkMeters.Answer.CONNECTED);
      host.pipeline().addLast(new HttpClientCodec(), new Exchange.ToJob(context.channel(), job));
      host.write(RequestRules.toHost(request, target, upstream));
      goOn(context, host, new Exchange.ToHost(host, job));
    } else if (upstream == null) {
      tunnel(context, host);
    } else {
      ThroughProxy.ask(
          host,
          target.to(),
          upstream,
          refusal -> {
            if (refusal == null) {
              tunnel(context, host);
            } else {
              refuse(context, refusal);
              host.close();
            }
          });
    }
  }

  private void tunnel(ChannelHandlerContext context, Channel host) {
    meters.answered(NetworkMeters.Answer.CONNECTED);
    context.write(Unpooled.wrappedBuffer(ESTABLISHED));
    host.pipeline().addLast(new Peer(context.channel(), job));
    goOn(context, host, new Peer(host, job));
  }

  /** What has come is passed on; this makes way for what passes on the rest. */
  private void goOn(ChannelHandlerContext context, Channel host, Peer toHost) {
    Channel channel = context.channel();
    over = true;
    channel.pipeline().replace(this, null, toHost);
    ChannelHandlerContext itsContext = channel.pipeline().context(toHost);
    for (Object each = pending.poll(); each != null; each = pending.poll()) {
      toHost.channelRead(itsContext, each);
    }
    host.flush();
    channel.flush();
    Peer.read(host, channel, job);
    Peer.read(channel, host, job);
  }

  private void refuse(ChannelHandlerContext context, Refusal refusal) {
    over = true;
    meters.answered(refusal.counted());
    if (use != null) {
      use.over();
    }
    release();
    if (context.pipeline().get(HttpServerCodec.class) != null) {
      context.pipeline().remove(HttpServerCodec.class);
    }
    context.writeAndFlush(refusal.bytes()).addListener(sent -> linger(context));
  }

  /** What still comes is thrown away: a client that was cut off while it writes reads no answer. */
  private static void linger(ChannelHandlerContext context) {
    if (context.channel() instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    }
    context.channel().config().setAutoRead(true);
    context.executor().schedule(() -> context.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    over = true;
    release();
    if (use != null) {
      use.over();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  private void release() {
    pending.forEach(ReferenceCountUtil::release);
    pending.clear();
  }
}
