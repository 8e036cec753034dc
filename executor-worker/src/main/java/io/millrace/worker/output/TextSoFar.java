package io.millrace.worker.output;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * One of a job's two outputs as text, decoded as its reply will decode it: bytes that are no UTF-8
 * are replaced, and a character that has come in part waits for its rest. Thread-safe.
 */
final class TextSoFar {

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  private final StringBuilder pending = new StringBuilder();
  private byte[] rest = {};
  private int sent;

  /** A piece of the text, and at which character of the whole it begins. */
  record Piece(int at, String text) {}

  synchronized void add(byte[] bytes) {
    ByteBuffer in = ByteBuffer.allocate(rest.length + bytes.length).put(rest).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining());
    decoder.decode(in, out, false);
    rest = new byte[in.remaining()];
    in.get(rest);
    pending.append(out.flip());
  }

  /** What has come since the last piece that was {@link #sent}; empty when nothing has. */
  synchronized Piece next(int most) {
    int length = Math.min(most, pending.length());
    if (length < pending.length() && length > 0) {
      length -= Character.isHighSurrogate(pending.charAt(length - 1)) ? 1 : 0;
    }
    return new Piece(sent, pending.substring(0, length));
  }

  /** The piece has arrived. */
  synchronized void sent(Piece piece) {
    sent += piece.text().length();
    pending.delete(0, piece.text().length());
  }
}
