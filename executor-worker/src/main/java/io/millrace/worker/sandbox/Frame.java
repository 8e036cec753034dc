package io.millrace.worker.sandbox;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * One message between worker and helper: a letter, a length of 4 bytes, a payload.
 *
 * @param type what the payload is; the letters are listed in the package's README
 */
record Frame(char type, byte[] payload) {

  static final char SETTINGS = 'S';
  static final char JOB = 'J';
  static final char CANCEL = 'C';
  static final char HELLO = 'H';
  static final char STDOUT = 'O';
  static final char STDERR = 'E';
  static final char RESULT = 'R';
  static final char RECYCLED = 'Z';

  /** Above anything a helper with sane limits can send; more is a broken helper. */
  private static final int MAX_PAYLOAD = 64 << 20;

  static Frame of(char type, String payload) {
    return new Frame(type, payload.getBytes(StandardCharsets.UTF_8));
  }

  String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  /** Reads one frame; throws {@link EOFException} when the helper has gone. */
  static Frame read(DataInputStream in) throws IOException {
    char type = (char) in.readUnsignedByte();
    int length = in.readInt();
    if (length < 0 || length > MAX_PAYLOAD) {
      throw new IOException("the helper sent a frame of " + length + " bytes");
    }
    byte[] payload = in.readNBytes(length);
    if (payload.length < length) {
      throw new EOFException("the helper ended in mid frame");
    }
    return new Frame(type, payload);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeByte(type);
    out.writeInt(payload.length);
    out.write(payload);
    out.flush();
  }
}
