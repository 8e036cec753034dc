package io.millrace.standalone;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Asks a Redis whether it answers yet; until its append-only file is read it says LOADING. */
final class RedisProbe {
  private static final int READ_MILLIS = 1_000;
  private static final long PAUSE_MILLIS = 5;
  private static final byte[] PONG = "+PONG".getBytes(StandardCharsets.US_ASCII);

  private final int port;

  RedisProbe(int port) {
    this.port = port;
  }

  void awaitReady(Process process, Duration limit, Path log) throws IOException {
    long start = System.nanoTime();
    while (!answers()) {
      if (ended(process)) {
        throw new IllegalStateException(
            "Redis ended while starting; it said:\n" + Files.readString(log).strip());
      }
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new IllegalStateException("Redis does not answer within " + limit.toSeconds() + " s");
      }
    }
  }

  private static boolean ended(Process process) {
    try {
      return process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while Redis starts", e);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(EmbeddedRedis.HOST, port), READ_MILLIS);
      socket.setSoTimeout(READ_MILLIS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return Arrays.equals(socket.getInputStream().readNBytes(PONG.length), PONG);
    } catch (IOException e) {
      return false;
    }
  }
}
