package io.millrace.e2e.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Says back what it hears, and counts it. */
final class EchoServer implements AutoCloseable {

  private final ServerSocket listener;
  private final Semaphore heard = new Semaphore(0);
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "echo");
            thread.setDaemon(true);
            return thread;
          });

  private EchoServer(ServerSocket listener) {
    this.listener = listener;
  }

  static EchoServer start() throws IOException {
    EchoServer server = new EchoServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    server.threads.execute(server::accept);
    return server;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Whether it has heard so many bytes since the last question, waiting at most so long. */
  boolean awaitHeard(int bytes, Duration atMost) {
    try {
      return heard.tryAcquire(bytes, atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        threads.execute(() -> echo(socket));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void echo(Socket socket) {
    try (socket) {
      for (int next = socket.getInputStream().read();
          next >= 0;
          next = socket.getInputStream().read()) {
        heard.release();
        socket.getOutputStream().write(next);
      }
    } catch (IOException e) {
      // The other side has gone.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }
}
