package io.millrace.worker.network;

import io.millrace.sandbox.NetworkAccess;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A connection to the proxy as a helper makes one, whose job writes every byte itself. */
final class Talk implements Closeable {

  private final SocketChannel socket;

  private Talk(SocketChannel socket) {
    this.socket = socket;
  }

  static Talk with(NetworkAccess access) throws IOException {
    Talk talk = new Talk(SocketChannel.open(UnixDomainSocketAddress.of(access.proxy())));
    return talk.say(access.token() + "\n");
  }

  Talk say(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
    return this;
  }

  /** Says this to a proxy that may have closed already, and hears all that came before it did. */
  String answer(String text) {
    try {
      say(text);
    } catch (IOException e) {
      // It had closed.
    }
    return hearAll();
  }

  /** Reads until it has heard this. */
  String hearUntil(String end) throws IOException {
    StringBuilder heard = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (heard.indexOf(end) < 0) {
      if (socket.read(one.clear()) < 0) {
        throw new IOException("the end came after: " + heard);
      }
      heard.append((char) (one.get(0) & 0xff));
    }
    return heard.toString();
  }

  /** All until the proxy closes, however it does. */
  String hearAll() {
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    ByteBuffer some = ByteBuffer.allocate(65_536);
    try {
      while (socket.read(some.clear()) >= 0) {
        heard.write(some.array(), 0, some.position());
      }
    } catch (IOException e) {
      // It was reset.
    }
    return heard.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
