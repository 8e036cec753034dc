package io.millrace.standalone;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One inline command to a Redis, and the last line of its answer. */
final class RedisCommands {
  private RedisCommands() {}

  static String ask(int port, String command) throws IOException {
    try (Socket socket = new Socket(EmbeddedRedis.HOST, port)) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String first = answer.readLine();
      return first.startsWith("$") && !first.equals("$-1") ? answer.readLine() : first;
    }
  }
}
