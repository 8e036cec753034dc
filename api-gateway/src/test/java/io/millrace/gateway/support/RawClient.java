package io.millrace.gateway.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A socket and nothing between: sends exact bytes, reads what comes until the other side closes.
 */
public final class RawClient implements AutoCloseable {

  private final Socket socket;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  public RawClient(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** On a connection that is there, such as one in TLS. */
  public RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
  }

  public void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes with a reset, as a client that dies. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Everything until the server closes; false when it did not within the time. */
  public boolean readToEnd(Duration most) throws IOException {
    return read(most, Integer.MAX_VALUE);
  }

  /** Reads until that many whole answers are there, or the server closes. */
  public List<RawResponse> readAnswers(int count, Duration most) throws IOException {
    read(most, count);
    return answers();
  }

  /** The answers so far. */
  public List<RawResponse> answers() {
    return RawResponse.parse(received.toByteArray());
  }

  private boolean read(Duration most, int answers) throws IOException {
    long end = System.nanoTime() + most.toNanos();
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[65536];
    while (true) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      socket.setSoTimeout((int) left);
      try {
        int length = in.read(buffer);
        if (length < 0) {
          return true;
        }
        received.write(buffer, 0, length);
      } catch (SocketTimeoutException e) {
        return false;
      } catch (IOException reset) {
        return true;
      }
      if (answers().size() >= answers) {
        return true;
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
