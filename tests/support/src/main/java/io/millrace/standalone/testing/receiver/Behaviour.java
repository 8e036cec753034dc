package io.millrace.standalone.testing.receiver;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/** What a receiver does with a request that it has read. */
@FunctionalInterface
public interface Behaviour {

  /** Bytes after which an endless answer gives up, so that no test can run for ever. */
  long ENOUGH = 512L << 20;

  /** Answers on the socket; {@code closed} is released when the receiver is closed. */
  void answer(Socket socket, CountDownLatch closed) throws IOException, InterruptedException;

  /** A plain answer. */
  static Behaviour status(int code, String... headers) {
    return raw("HTTP/1.1 " + code + " Said\r\nContent-Length: 0\r\n" + lines(headers) + "\r\n");
  }

  /** These very bytes, then the end of the connection. */
  static Behaviour raw(String answer) {
    return (socket, closed) -> write(socket, answer);
  }

  /** Nothing, for as long as the caller stays. */
  static Behaviour hang() {
    return (socket, closed) -> {
      if (socket.getInputStream().read() >= 0) {
        throw new IOException("more came than was announced");
      }
    };
  }

  /** The head of a good answer, a byte at a time. */
  static Behaviour drip(long everyMillis) {
    return (socket, closed) -> {
      for (byte each :
          "HTTP/1.1 200 OK\r\nX-Slow: ".repeat(100).getBytes(StandardCharsets.US_ASCII)) {
        socket.getOutputStream().write(each);
        if (closed.await(everyMillis, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    };
  }

  /** A reset in place of an answer. */
  static Behaviour reset() {
    return (socket, closed) -> socket.setSoLinger(true, 0);
  }

  /** A good head and a body that never ends. */
  static Behaviour endlessBody() {
    return (socket, closed) -> {
      write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      byte[] chunk = ("1000\r\n" + "x".repeat(4096) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      for (long sent = 0; sent < ENOUGH; sent += chunk.length) {
        socket.getOutputStream().write(chunk);
      }
    };
  }

  /** A good head and a body of which a byte comes now and then. */
  static Behaviour drippingBody(long everyMillis) {
    return (socket, closed) -> {
      write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
      while (!closed.await(everyMillis, TimeUnit.MILLISECONDS)) {
        socket.getOutputStream().write('x');
      }
    };
  }

  /** A good answer of a few kB that would unpack to 64 MB. */
  static Behaviour gzipBomb() {
    byte[] bomb = bomb();
    return (socket, closed) -> {
      write(
          socket,
          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
              + bomb.length
              + "\r\n\r\n");
      socket.getOutputStream().write(bomb);
    };
  }

  private static byte[] bomb() {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        gzip.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static String lines(String... headers) {
    return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }
}
