package io.millrace.sandbox;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One message between worker and helper: a letter, a length of 4 bytes, a payload. PROTOCOL.md,
 * beside the helper's Python, is the contract.
 *
 * @param type what the payload is
 */
record Frame(char type, byte[] payload) {

  /** The version of the protocol that this worker speaks; hello says the helper's. */
  static final int PROTOCOL = 2;

  static final char SETTINGS = 'S';
  static final char JOB = 'J';
  static final char DATA = 'D';
  static final char CANCEL = 'C';
  static final char HELLO = 'H';
  static final char STDOUT = 'O';
  static final char STDERR = 'E';
  static final char FILE = 'F';
  static final char FILE_END = 'f';
  static final char RESULT = 'R';
  static final char RECYCLED = 'Z';

  /** Above anything a helper with sane limits can send; more is a broken helper. */
  private static final int MAX_PAYLOAD = 64 << 20;

  static Frame of(char type, String payload) {
    return new Frame(type, payload.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes of a job: its id goes before them. */
  static Frame tagged(char type, String jobId, byte[] data, int from, int length) {
    byte[] id = jobId.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[1 + id.length + length];
    payload[0] = (byte) id.length;
    System.arraycopy(id, 0, payload, 1, id.length);
    System.arraycopy(data, from, payload, 1 + id.length, length);
    return new Frame(type, payload);
  }

  /** The bytes of this job; throws when they are another's. */
  byte[] untagged(String jobId) throws IOException {
    byte[] id = jobId.getBytes(StandardCharsets.UTF_8);
    int start = 1 + id.length;
    if (payload.length < start
        || payload[0] != id.length
        || !Arrays.equals(payload, 1, start, id, 0, id.length)) {
      throw new BrokenHelperException("the helper sent bytes of another job", null);
    }
    return Arrays.copyOfRange(payload, start, payload.length);
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
