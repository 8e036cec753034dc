package io.millrace.outbound;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Asks the machine's name servers, once for each call: nothing is remembered, no search domain is
 * tried, no thread waits, so a name server that hangs costs the time of who asked for that name and
 * nobody else's.
 */
public final class DnsLookup implements NameLookup, AutoCloseable {

  private static final int QUERIES_FOR_ONE_NAME = 8;

  private final DnsNameResolver resolver;

  /**
   * @param loop does the asking; the caller's to close, after this
   * @param limit for one query to one server
   */
  public DnsLookup(EventLoop loop, Duration limit) {
    this.resolver =
        new DnsNameResolverBuilder(loop)
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class, true)
            .queryTimeoutMillis(limit.toMillis())
            .maxQueriesPerResolve(QUERIES_FOR_ONE_NAME)
            .searchDomains(List.of())
            .ndots(0)
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
            .build();
  }

  @Override
  public Mono<List<InetAddress>> addressesOf(String name) {
    return Mono.create(
        sink -> {
          Future<List<InetAddress>> asked = resolver.resolveAll(name);
          asked.addListener(
              done -> {
                if (done.isSuccess()) {
                  sink.success(asked.getNow());
                } else {
                  sink.error(done.cause());
                }
              });
          sink.onCancel(() -> asked.cancel(false));
        });
  }

  @Override
  public void close() {
    resolver.close();
  }
}
