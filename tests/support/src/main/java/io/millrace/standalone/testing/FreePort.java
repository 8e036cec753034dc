package io.millrace.standalone.testing;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port of 127.0.0.1 that nothing listens on, below the range that the kernel gives to outgoing
 * connections: none of them can take it while a killed role starts again. No other test of this
 * machine is given it as long as this process lives, though nothing listens there yet: its number
 * is held by a socket of UDP. Thread-safe.
 */
public final class FreePort {

  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 32_000;
  private static final int TRIES = 1_000;
  private static final Queue<DatagramSocket> HELD = new ConcurrentLinkedQueue<>();

  private FreePort() {}

  /** A free port. */
  public static int choose() {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        socket.bind(address);
        HELD.add(new DatagramSocket(address));
        return port;
      } catch (IOException e) {
        // Taken: the next one.
      }
    }
    throw new IllegalStateException("no free port between " + LOWEST + " and " + HIGHEST);
  }
}
