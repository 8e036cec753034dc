package io.millrace.worker.network;

import io.millrace.outbound.AddressBytes;
import io.millrace.outbound.AddressPolicy;
import io.millrace.outbound.Destination;
import io.millrace.outbound.NameLookup;
import io.millrace.outbound.PinnedResolver;
import io.millrace.outbound.Resolution;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Opens connections to hosts: resolves a name once, checks every address that it has, and connects
 * to these and to nothing else. Where the operator has a proxy, it connects to that. Never blocks.
 */
final class Dialer {

  /** Of a name that has more addresses, so many are tried. */
  private static final int MOST_TRIED = 4;

  /** What became of it; {@code channel} is set, or else {@code refusal}. */
  record Result(@Nullable Channel channel, @Nullable Refusal refusal) {

    static Result of(Refusal refusal) {
      return new Result(null, refusal);
    }
  }

  private final PinnedResolver resolver;
  private final NameLookup names;
  private final AddressPolicy policy;
  private final @Nullable UpstreamProxy upstream;
  private final int connectMillis;

  Dialer(
      NameLookup names,
      AddressPolicy policy,
      @Nullable UpstreamProxy upstream,
      NetworkSettings settings) {
    this.resolver = new PinnedResolver(names, policy);
    this.names = names;
    this.policy = policy;
    this.upstream = upstream;
    this.connectMillis = Math.toIntExact(settings.connectTimeout().toMillis());
  }

  @Nullable UpstreamProxy upstream() {
    return upstream;
  }

  /** Connects, and calls {@code then} in this loop. The channel does not read yet. */
  void dial(
      Destination to, EventLoop loop, ChannelInitializer<Channel> pipeline, Consumer<Result> then) {
    Mono<Resolution> resolution = upstream == null ? resolver.resolve(to.host()) : throughProxy(to);
    resolution.subscribe(
        found -> loop.execute(() -> connect(found, to, loop, pipeline, then)),
        failed -> loop.execute(() -> then.accept(Result.of(Refusal.unknown(to)))));
  }

  /** The operator's own address is not checked; one that the job spells out is. */
  private Mono<Resolution> throughProxy(Destination to) {
    Destination proxy = upstream == null ? to : upstream.at();
    Optional<String> refused =
        to.address() ? AddressBytes.parse(to.host()).flatMap(policy::refusal) : Optional.empty();
    if (refused.isPresent()) {
      return Mono.just(new Resolution.Blocked(refused.get()));
    }
    return (proxy.address() ? resolved(proxy.host()) : names.addressesOf(proxy.host()))
        .<Resolution>map(Resolution.Checked::new)
        .defaultIfEmpty(new Resolution.Unknown());
  }

  private static Mono<List<InetAddress>> resolved(String literal) {
    return Mono.fromCallable(() -> List.of(InetAddress.getByName(literal)));
  }

  private void connect(
      Resolution found,
      Destination to,
      EventLoop loop,
      ChannelInitializer<Channel> pipeline,
      Consumer<Result> then) {
    if (found instanceof Resolution.Blocked blocked) {
      then.accept(Result.of(Refusal.blocked(to, blocked.reason())));
    } else if (found instanceof Resolution.Checked checked && !checked.addresses().isEmpty()) {
      Bootstrap bootstrap =
          new Bootstrap()
              .group(loop)
              .channel(NioSocketChannel.class)
              .resolver(NoopAddressResolverGroup.INSTANCE)
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
              .option(ChannelOption.AUTO_READ, false)
              .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
              .option(ChannelOption.TCP_NODELAY, true)
              .option(ChannelOption.RECVBUF_ALLOCATOR, NetworkProxy.PIECES)
              .option(ChannelOption.WRITE_BUFFER_WATER_MARK, NetworkProxy.WATER)
              .handler(pipeline);
      int port = upstream == null ? to.port() : upstream.at().port();
      tryNext(bootstrap, checked.addresses(), 0, port, to, then);
    } else {
      then.accept(Result.of(Refusal.unknown(to)));
    }
  }

  private void tryNext(
      Bootstrap bootstrap,
      List<InetAddress> addresses,
      int index,
      int port,
      Destination to,
      Consumer<Result> then) {
    if (index >= Math.min(addresses.size(), MOST_TRIED)) {
      then.accept(Result.of(Refusal.notThere(to)));
      return;
    }
    ChannelFuture connecting = bootstrap.connect(new InetSocketAddress(addresses.get(index), port));
    connecting.addListener(
        done -> {
          if (done.isSuccess()) {
            then.accept(new Result(connecting.channel(), null));
          } else {
            tryNext(bootstrap, addresses, index + 1, port, to, then);
          }
        });
  }
}
