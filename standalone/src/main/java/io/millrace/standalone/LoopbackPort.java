package io.millrace.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of 127.0.0.1. */
final class LoopbackPort {
  // Below the range that the kernel gives to outgoing connections, so that none of them can take
  // the port of a server while that restarts.
  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 32_000;
  private static final int TRIES = 1_000;

  private LoopbackPort() {}

  /**
   * The given port, or a free one for 0.
   *
   * @throws PortTakenException when something listens on the given one
   */
  static int chosen(int port) {
    if (port == 0) {
      return free();
    }
    if (!isFree(port)) {
      throw new PortTakenException(port);
    }
    return port;
  }

  private static int free() {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("No free port between " + LOWEST + " and " + HIGHEST);
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(EmbeddedBroker.HOST), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
