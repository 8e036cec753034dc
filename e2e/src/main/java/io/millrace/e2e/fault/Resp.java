package io.millrace.e2e.fault;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands to a Redis on loopback, a connection each: a client that remembers nothing has nothing
 * to recover when its Redis is the one that is broken. Thread-safe.
 */
public final class Resp {

  private static final int LIMIT_MILLIS = 5_000;

  private final int port;

  public Resp(int port) {
    this.port = port;
  }

  /** The answer as text: an integer's digits, a missing value as the empty text. */
  public String text(String... command) throws IOException {
    Object answer = call(command);
    return answer instanceof List ? answer.toString() : (String) answer;
  }

  /** The answer as a list of texts; nested lists are flattened. */
  public List<String> list(String... command) throws IOException {
    List<String> flat = new ArrayList<>();
    flatten(call(command), flat);
    return flat;
  }

  private static void flatten(Object answer, List<String> flat) {
    if (answer instanceof List<?> list) {
      list.forEach(each -> flatten(each, flat));
    } else {
      flat.add((String) answer);
    }
  }

  private Object call(String... command) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LIMIT_MILLIS);
      socket.setSoTimeout(LIMIT_MILLIS);
      socket.getOutputStream().write(encoded(command));
      return answer(new BufferedInputStream(socket.getInputStream()));
    }
  }

  private static byte[] encoded(String... command) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(("*" + command.length + "\r\n").getBytes(StandardCharsets.UTF_8));
    for (String word : command) {
      byte[] text = word.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(("$" + text.length + "\r\n").getBytes(StandardCharsets.UTF_8));
      bytes.writeBytes(text);
      bytes.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static Object answer(InputStream in) throws IOException {
    String line = line(in);
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', ':' -> rest;
      case '-' -> throw new IOException("Redis says " + rest);
      case '$' -> bulk(in, Integer.parseInt(rest));
      case '*' -> array(in, Integer.parseInt(rest));
      default -> throw new IOException("Redis says what no Redis says: " + line);
    };
  }

  private static String bulk(InputStream in, int length) throws IOException {
    if (length < 0) {
      return "";
    }
    byte[] text = in.readNBytes(length);
    in.readNBytes(2);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static List<Object> array(InputStream in, int length) throws IOException {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      values.add(answer(in));
    }
    return values;
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\r'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("Redis closed the connection");
      }
      line.write(next);
    }
    in.read();
    return line.toString(StandardCharsets.UTF_8);
  }
}
