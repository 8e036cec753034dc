package io.millrace.gateway.request;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/** A body as it arrives: one array that grows, whatever the size of the pieces. One request's. */
final class BodyBytes {

  private final int limit;
  private final Budget budget;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
  private boolean givenBack;

  BodyBytes(int limit, Budget budget) {
    this.limit = limit;
    this.budget = budget;
  }

  /** The bytes that all bodies in hand may take together. Thread-safe. */
  static final class Budget {

    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    Budget(long limit) {
      this.limit = limit;
    }

    /** Takes bytes out of the budget; false, and nothing taken, when there are not as many left. */
    boolean take(long bytes) {
      if (taken.addAndGet(bytes) <= limit) {
        return true;
      }
      taken.addAndGet(-bytes);
      return false;
    }

    void giveBack(long bytes) {
      taken.addAndGet(-bytes);
    }

    long taken() {
      return taken.get();
    }
  }

  /** What became of a piece. */
  enum Taken {
    YES,
    BODY_TOO_LARGE,
    NO_MEMORY
  }

  /** Copies a piece and releases it. */
  Taken take(DataBuffer piece) {
    try {
      int length = piece.readableByteCount();
      if (bytes.size() + length > limit) {
        return Taken.BODY_TOO_LARGE;
      }
      return append(piece, length) ? Taken.YES : Taken.NO_MEMORY;
    } finally {
      DataBufferUtils.release(piece);
    }
  }

  private synchronized boolean append(DataBuffer piece, int length) {
    if (givenBack || !budget.take(length)) {
      return false;
    }
    byte[] copy = new byte[length];
    piece.read(copy);
    bytes.writeBytes(copy);
    return true;
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  /** The body has been dealt with, or its sender has gone. */
  synchronized void giveBack() {
    if (!givenBack) {
      givenBack = true;
      budget.giveBack(bytes.size());
    }
  }
}
