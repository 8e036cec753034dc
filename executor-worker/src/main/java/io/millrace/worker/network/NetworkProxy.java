package io.millrace.worker.network;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.job.WideResults.Connection;
import io.millrace.outbound.AddressPolicy;
import io.millrace.outbound.AllowList;
import io.millrace.outbound.DnsLookup;
import io.millrace.outbound.NameLookup;
import io.millrace.sandbox.NetworkAccess;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy by which this worker's jobs reach hosts: one unix socket, which the helpers of all
 * slots connect to. It is made when the first job comes that may reach something. Thread-safe.
 */
public final class NetworkProxy implements AutoCloseable {

  static final int MOST_HEAD = 32 * 1024;
  static final int MOST_PIECE = 256 * 1024;
  static final int TOKEN_CHARACTERS = 32;
  static final AdaptiveRecvByteBufAllocator PIECES =
      new AdaptiveRecvByteBufAllocator(2048, 16 * 1024, MOST_PIECE);

  /** Of what jobs send, which waits for nobody: pieces that stay in a cpu's cache. */
  private static final AdaptiveRecvByteBufAllocator SMALLER_PIECES =
      new AdaptiveRecvByteBufAllocator(2048, 16 * 1024, 64 * 1024);

  static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(MOST_PIECE, 2 * MOST_PIECE);

  private static final Logger log = LoggerFactory.getLogger(NetworkProxy.class);
  private static final int THREADS = 2;

  /** Of each unix socket, or what the kernel allows: the usual 208 KiB make many short turns. */
  private static final int SOCKET_BUFFER = 1 << 20;

  private final NetworkSettings settings;
  private final NetworkMeters meters;
  private final Function<EventLoop, NameLookup> lookups;
  private final LongSupplier nanos;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, JobNetwork> jobs = new ConcurrentHashMap<>();
  private @Nullable Listening listening;

  private record Listening(EventLoopGroup loops, Channel socket, Path folder, NameLookup names) {}

  /** Names are asked for of the machine's own name servers. */
  public NetworkProxy(NetworkSettings settings, MeterRegistry meters) {
    this(settings, meters, loop -> new DnsLookup(loop, settings.dnsTimeout()), System::nanoTime);
  }

  NetworkProxy(
      NetworkSettings settings,
      MeterRegistry meters,
      Function<EventLoop, NameLookup> lookups,
      LongSupplier nanos) {
    this.settings = settings;
    this.meters = new NetworkMeters(meters);
    this.lookups = lookups;
    this.nanos = nanos;
  }

  /** A job's way to its hosts, until it is closed. */
  public final class Opened {

    private final String token = HexFormat.of().formatHex(randomBytes());
    private final JobNetwork job;
    private final Path socket;

    private Opened(JobNetwork job, Path socket) {
      this.job = job;
      this.socket = socket;
      jobs.put(token, job);
    }

    /** What the job's sandbox is told. */
    public NetworkAccess access() {
      return new NetworkAccess(socket.toString(), token, settings.connections(), settings.rate());
    }

    /** Ends all of its connections; tells what it asked for, in that order. */
    public List<Connection> close() {
      jobs.remove(token);
      return job.end();
    }
  }

  /**
   * Opens a job's way to its hosts.
   *
   * @param hosts patterns as its record has them; not empty
   * @throws UncheckedIOException where no socket can be made
   */
  public Opened open(List<String> hosts) {
    Path socket = listen().resolve("proxy");
    return new Opened(new JobNetwork(AllowList.parse(hosts), settings, meters, nanos), socket);
  }

  private byte[] randomBytes() {
    byte[] bytes = new byte[TOKEN_CHARACTERS / 2];
    random.nextBytes(bytes);
    return bytes;
  }

  /** The folder of the socket. */
  private synchronized Path listen() {
    if (listening == null) {
      try {
        listening = start();
        log.info("Jobs reach the hosts that they may through {}", listening.folder());
      } catch (IOException e) {
        throw new UncheckedIOException("no socket for the proxy of jobs can be made", e);
      }
    }
    return listening.folder();
  }

  private Listening start() throws IOException {
    // Helpers that root has started are another user: they may pass through, and list nothing.
    Path folder =
        Files.createTempDirectory(
            "millrace-network-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    Path path = folder.resolve("proxy");
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            THREADS, new DefaultThreadFactory("network", true), NioIoHandler.newFactory());
    NameLookup names = lookups.apply(loops.next());
    Dialer dialer =
        new Dialer(
            names,
            new AddressPolicy(settings.networks()),
            UpstreamProxy.parse(settings.proxy()).orElse(null),
            settings);
    Channel socket =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerDomainSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, SMALLER_PIECES)
            .childOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
            .childHandler(connections(dialer))
            .bind(UnixDomainSocketAddress.of(path))
            .syncUninterruptibly()
            .channel();
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    return new Listening(loops, socket, folder, names);
  }

  private ChannelInitializer<Channel> connections(Dialer dialer) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new Idle(settings.idleTimeout().toMillis()));
        channel.pipeline().addLast(new TokenReader(jobs::get, dialer, meters));
      }
    };
  }

  private static final class Idle extends IdleStateHandler {

    Idle(long millis) {
      super(0, 0, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
      if (event.state() == IdleState.ALL_IDLE) {
        context.close();
      }
    }
  }

  @Override
  public synchronized void close() throws Exception {
    jobs.values().forEach(JobNetwork::end);
    Listening known = listening;
    listening = null;
    if (known != null) {
      known.socket().close().syncUninterruptibly();
      if (known.names() instanceof AutoCloseable lookup) {
        lookup.close();
      }
      known.loops().shutdownGracefully(0, 1, TimeUnit.SECONDS);
      Files.deleteIfExists(known.folder().resolve("proxy"));
      Files.deleteIfExists(known.folder());
    }
  }
}
