package io.millrace.standalone;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A port of 127.0.0.1 that is found free now and listened on later, by a child process perhaps.
 *
 * <p>Between the two another {@code ./millrace} may look for one as well. So that both do not end
 * up with the same, a port is reserved by its namesake of UDP: whoever has bound that one has the
 * port, over all users and folders of this machine, and the kernel frees it when the process ends.
 * (A TCP socket bound beforehand would not do: the server would have to share it, and then anybody
 * could.) Others know nothing of it; from them a port is safe once its server listens.
 */
final class LoopbackPort implements AutoCloseable {
  // Below the range that the kernel gives to outgoing connections, so that none of them can take
  // the port of a server while that restarts.
  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 32_000;
  private static final int TRIES = 1_000;
  private static final Path UNPRIVILEGED = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  private static final int USUAL_UNPRIVILEGED = 1_024;

  private final int port;
  private final @Nullable DatagramSocket reservation;

  private LoopbackPort(int port, @Nullable DatagramSocket reservation) {
    this.port = port;
    this.reservation = reservation;
  }

  /**
   * The given port, which somebody else may have reserved for this process, or a free one for 0,
   * reserved until this is closed.
   *
   * @throws UnusablePortException when the given one cannot be listened on
   */
  static LoopbackPort chosen(int port) {
    if (port == 0) {
      return free();
    }
    check(port);
    return new LoopbackPort(port, null);
  }

  /**
   * The given port, or a free one for 0, reserved until this is closed.
   *
   * @throws UnusablePortException when the given one cannot be listened on, or is reserved
   */
  static LoopbackPort reserved(int port) {
    if (port == 0) {
      return free();
    }
    check(port);
    DatagramSocket reservation = reserve(port);
    if (reservation == null) {
      throw UnusablePortException.taken(port);
    }
    return new LoopbackPort(port, reservation);
  }

  private static LoopbackPort free() {
    for (int i = 0; i < TRIES; i++) {
      try {
        return reserved(ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST));
      } catch (UnusablePortException e) {
        // The next one, then.
      }
    }
    throw new IllegalStateException("No free port between " + LOWEST + " and " + HIGHEST);
  }

  private static @Nullable DatagramSocket reserve(int port) {
    try {
      return new DatagramSocket(port, InetAddress.getByName(EmbeddedBroker.HOST));
    } catch (IOException e) {
      return null;
    }
  }

  private static void check(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(EmbeddedBroker.HOST, port));
    } catch (IOException e) {
      int lowest = lowestOfOrdinaryUsers();
      throw port < lowest && !answers(port)
          ? UnusablePortException.forbidden(port, lowest)
          : UnusablePortException.taken(port);
    }
  }

  private static int lowestOfOrdinaryUsers() {
    // In one read: the kernel tells a number once, as far as there is room for it.
    try (BufferedReader setting = Files.newBufferedReader(UNPRIVILEGED)) {
      return Integer.parseInt(String.valueOf(setting.readLine()).strip());
    } catch (IOException | NumberFormatException e) {
      return USUAL_UNPRIVILEGED;
    }
  }

  /** Whether something listens there. */
  static boolean answers(int port) {
    try (Socket socket = new Socket(EmbeddedBroker.HOST, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int number() {
    return port;
  }

  @Override
  public void close() {
    if (reservation != null) {
      reservation.close();
    }
  }
}
