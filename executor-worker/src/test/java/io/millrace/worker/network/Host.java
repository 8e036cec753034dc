package io.millrace.worker.network;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Something that listens on loopback and does one thing with each connection. */
final class Host implements Closeable {

  interface Behaviour {
    void serve(Socket connection, BlockingQueue<String> heard) throws IOException;
  }

  private final ServerSocket listener;
  private final AtomicInteger connections = new AtomicInteger();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  Host(Behaviour behaviour) throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread taker = new Thread(() -> take(behaviour), "host");
    taker.setDaemon(true);
    taker.start();
  }

  /** Gives back what it gets. */
  static Host echo() throws IOException {
    return new Host(
        (connection, heard) ->
            connection.getInputStream().transferTo(connection.getOutputStream()));
  }

  /** Keeps the head of what it gets, and a body up to its mark, and answers this. */
  static Host answering(String endOfRequest, String answer) throws IOException {
    return new Host(
        (connection, heard) -> {
          heard.add(readUntil(connection.getInputStream(), endOfRequest));
          connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        });
  }

  static String readUntil(InputStream in, String end) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(end) < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      read.append((char) next);
    }
    return read.toString();
  }

  int port() {
    return listener.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  String heard() throws InterruptedException {
    return String.valueOf(heard.poll(10, TimeUnit.SECONDS));
  }

  private void take(Behaviour behaviour) {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        connections.incrementAndGet();
        Thread server = new Thread(() -> serve(connection, behaviour), "host-connection");
        server.setDaemon(true);
        server.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection, Behaviour behaviour) {
    try (connection) {
      behaviour.serve(connection, heard);
    } catch (IOException e) {
      heard.add("broken: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
