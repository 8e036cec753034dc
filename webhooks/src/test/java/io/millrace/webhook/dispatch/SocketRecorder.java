package io.millrace.webhook.dispatch;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.netty.http.client.HttpClient;

/**
 * Writes down to which addresses sockets are opened, at the last step before the operating system,
 * and leads each of them to a receiver on loopback instead.
 */
final class SocketRecorder {

  private final List<InetSocketAddress> opened = new CopyOnWriteArrayList<>();
  private final InetSocketAddress receiver;

  SocketRecorder(int receiverPort) {
    this.receiver = new InetSocketAddress(InetAddress.getLoopbackAddress(), receiverPort);
  }

  HttpClient watching(HttpClient client) {
    return client.doOnChannelInit(
        (observer, channel, address) -> channel.pipeline().addFirst(new Detour()));
  }

  /** The addresses, in order, without names or ports. */
  List<String> addresses() {
    return opened.stream().map(each -> each.getAddress().getHostAddress()).toList();
  }

  @ChannelHandler.Sharable
  private final class Detour extends ChannelOutboundHandlerAdapter {

    @Override
    public void connect(
        ChannelHandlerContext context,
        SocketAddress remote,
        SocketAddress local,
        ChannelPromise promise) {
      opened.add((InetSocketAddress) remote);
      context.connect(receiver, local, promise);
    }
  }
}
