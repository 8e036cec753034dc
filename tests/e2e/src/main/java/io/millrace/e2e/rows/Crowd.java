package io.millrace.e2e.rows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Connections that say nothing. */
final class Crowd implements AutoCloseable {

  private static final int CONNECT_MILLIS = 1_000;

  private final List<Socket> sockets = new ArrayList<>();

  private Crowd() {}

  /** As many as get in, at most {@code most}. */
  static Crowd of(URI address, int most) {
    Crowd crowd = new Crowd();
    for (int i = 0; i < most; i++) {
      Socket socket = new Socket();
      crowd.sockets.add(socket);
      try {
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), CONNECT_MILLIS);
      } catch (IOException e) {
        // This one did not get in.
      }
    }
    return crowd;
  }

  long size() {
    return sockets.stream().filter(Socket::isConnected).count();
  }

  @Override
  public void close() {
    try {
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a socket cannot be closed", e);
    }
  }
}
