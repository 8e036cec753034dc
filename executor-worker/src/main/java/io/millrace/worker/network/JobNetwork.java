package io.millrace.worker.network;

import io.millrace.job.WideResults.Connection;
import io.millrace.outbound.AllowList;
import io.millrace.outbound.Destination;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What one job may reach, what it has open, and what it has reached. Its connections are driven by
 * event loops; any thread may end it. Thread-safe.
 */
final class JobNetwork {

  /** Connections that the reply tells of. */
  private static final int MOST_TOLD = 64;

  /**
   * The helper keeps to the limit; a connection that it has closed may be open here for a moment.
   */
  private static final int CLOSING = 2;

  private final AllowList allowed;
  private final NetworkSettings settings;
  private final NetworkMeters meters;
  private final Pace pace;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();
  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private final List<Use> told = new ArrayList<>();
  private volatile boolean ended;

  JobNetwork(
      AllowList allowed, NetworkSettings settings, NetworkMeters meters, LongSupplier nanos) {
    this.allowed = allowed;
    this.settings = settings;
    this.meters = meters;
    this.pace = new Pace(settings.bandwidth().toBytes(), settings.burst().toBytes(), nanos);
  }

  /** Takes a connection of the job's; false when it has ended, or has as many as it may have. */
  boolean take(Channel channel) {
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    return open.incrementAndGet() <= CLOSING * settings.connections() && keep(channel);
  }

  /** Closes the channel with the job; false, and closed already, when that has ended. */
  boolean keep(Channel channel) {
    channels.add(channel);
    channel.closeFuture().addListener(closed -> channels.remove(channel));
    if (ended) {
      channel.close();
    }
    return !ended;
  }

  boolean allows(Destination wanted) {
    return allowed.allows(wanted);
  }

  /** Notes that the job asked for a host. */
  Use begin(Destination wanted, boolean allows) {
    Use use = new Use(wanted, allows);
    synchronized (told) {
      if (told.size() < MOST_TOLD) {
        told.add(use);
      }
    }
    return use;
  }

  boolean hasBytesLeft() {
    return bytes.get() <= settings.bytes().toBytes();
  }

  /** How long nothing more of it is to be read, so that it keeps to its bandwidth; 0 for now. */
  long nanosToWait() {
    return pace.nanosToWait();
  }

  /** Closes all that it has open; nothing more is taken. What it asked for, in that order. */
  List<Connection> end() {
    ended = true;
    channels.forEach(Channel::close);
    synchronized (told) {
      return told.stream().map(Use::told).toList();
    }
  }

  /** One connection that the job asked for. */
  final class Use {

    private final Destination to;
    private final boolean allows;
    private final long begun = System.nanoTime();
    private final AtomicLong in = new AtomicLong();
    private final AtomicLong out = new AtomicLong();
    private volatile long took = -1;

    private Use(Destination to, boolean allows) {
      this.to = to;
      this.allows = allows;
    }

    /** Counts bytes that came for the job; false when it has had all that it may. */
    boolean received(int count) {
      in.addAndGet(count);
      meters.received(count);
      return count(count);
    }

    /** Counts bytes that the job sent; false when it has had all that it may. */
    boolean sent(int count) {
      out.addAndGet(count);
      meters.sent(count);
      return count(count);
    }

    private boolean count(int more) {
      pace.passed(more);
      return bytes.addAndGet(more) <= settings.bytes().toBytes();
    }

    void over() {
      took = System.nanoTime() - begun;
    }

    private Connection told() {
      long nanos = took < 0 ? System.nanoTime() - begun : took;
      return new Connection(to.host(), to.port(), allows, in.get(), out.get(), nanos / 1_000_000);
    }
  }
}
