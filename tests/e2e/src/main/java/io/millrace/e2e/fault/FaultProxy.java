package io.millrace.e2e.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands between two processes and spoils what passes: late, slow, cut, reset, or gone without a
 * word, one way or both. Faults may change at any time and hold for open connections too.
 * Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {

  /** Which way bytes go. */
  public enum Way {
    /** From who connected to who listens. */
    TO_SERVER,
    /** Back. */
    TO_CLIENT
  }

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Spoil spoil = new Spoil();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "fault-proxy");
            thread.setDaemon(true);
            return thread;
          });

  private volatile boolean refusing;

  private record Link(Socket client, Socket server) {

    void end(boolean reset) {
      for (Socket each : new Socket[] {client, server}) {
        try {
          if (reset) {
            // A close that lingers for no time sends RST instead of FIN.
            each.setOption(StandardSocketOptions.SO_LINGER, 0);
          }
          each.close();
        } catch (IOException e) {
          // It was closed already.
        }
      }
    }
  }

  private FaultProxy(ServerSocket listener, InetSocketAddress target) {
    this.listener = listener;
    this.target = target;
  }

  /** Starts a proxy on a free port of loopback to a port of loopback. */
  public static FaultProxy to(int targetPort) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try {
      FaultProxy proxy =
          new FaultProxy(
              new ServerSocket(0, 1024, loopback), new InetSocketAddress(loopback, targetPort));
      proxy.threads.execute(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("no proxy", e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Every piece comes later by this time, give or take the jitter. */
  public void delay(Duration time, Duration jitter) {
    spoil.delay(time, jitter);
  }

  /** So many bytes a second at most, each way; 0 is no limit. */
  public void slow(int bytesPerSecond) {
    spoil.slow(bytesPerSecond);
  }

  /** Nothing passes this way any more; the sender notices nothing. */
  public void swallow(Way way) {
    spoil.swallow(way);
  }

  /** Nothing passes at all; nobody notices. */
  public void swallow() {
    swallow(Way.TO_SERVER);
    swallow(Way.TO_CLIENT);
  }

  /** Ends every connection in order; new ones are ended at once until {@link #mend()}. */
  public void cut() {
    refusing = true;
    endAll(false);
  }

  /** Ends every connection with a reset, once; new ones are let through. */
  public void reset() {
    endAll(true);
  }

  /** All is well again. Connections whose bytes were swallowed are reset: they have a hole. */
  public void mend() {
    refusing = false;
    if (spoil.mend()) {
      reset();
    }
  }

  private void endAll(boolean reset) {
    for (Link link : links) {
      links.remove(link);
      link.end(reset);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (refusing) {
          client.close();
        } else {
          threads.execute(() -> connect(client));
        }
      } catch (IOException e) {
        // Closed, or a client that left before it was let in.
      }
    }
  }

  private void connect(Socket client) {
    try {
      Socket server = new Socket();
      Link link = new Link(client, server);
      links.add(link);
      server.connect(target);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      threads.execute(() -> pump(link, client, server, Way.TO_SERVER));
      pump(link, server, client, Way.TO_CLIENT);
    } catch (IOException e) {
      endAll(client);
    }
  }

  private void endAll(Socket client) {
    links.stream()
        .filter(link -> link.client().equals(client))
        .forEach(
            link -> {
              links.remove(link);
              link.end(false);
            });
  }

  private void pump(Link link, Socket from, Socket to, Way way) {
    byte[] buffer = new byte[1 << 16];
    try {
      for (int read = from.getInputStream().read(buffer, 0, spoil.piece(buffer.length));
          read >= 0;
          read = from.getInputStream().read(buffer, 0, spoil.piece(buffer.length))) {
        if (spoil.passes(way, read)) {
          to.getOutputStream().write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      // One side has gone; the other is told below.
    } finally {
      if (links.remove(link)) {
        link.end(false);
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the proxy's socket cannot be closed", e);
    } finally {
      endAll(false);
      threads.shutdownNow();
    }
  }
}
