package io.millrace.e2e.drive;

import java.io.InputStream;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * Bytes that no compression shortens, the same for the same seed, made as they are read: a multiple
 * of four, four or more at once.
 */
public final class RandomBytes extends InputStream {

  private final Random random;
  private final long pauseAt;
  private final CountDownLatch reached;
  private final CountDownLatch goOn;
  private long left;

  /** So many at once. */
  public RandomBytes(long seed, long size) {
    this(seed, size, -1, new CountDownLatch(0), new CountDownLatch(0));
  }

  /**
   * So many, with a pause.
   *
   * @param pauseAt how many are left then
   * @param reached counted down when the pause begins
   * @param goOn ends it
   */
  public RandomBytes(
      long seed, long size, long pauseAt, CountDownLatch reached, CountDownLatch goOn) {
    this.random = new Random(seed);
    this.left = size;
    this.pauseAt = pauseAt;
    this.reached = reached;
    this.goOn = goOn;
  }

  @Override
  public int read() {
    throw new UnsupportedOperationException("four bytes or more at once");
  }

  @Override
  public int read(byte[] to, int offset, int length) {
    if (left == 0) {
      return -1;
    }
    if (left <= pauseAt) {
      reached.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return -1;
      }
    }
    // In steps of four bytes: so Random gives the same ones however they are read.
    byte[] piece = new byte[4];
    int count = 0;
    while (count + 4 <= length && left >= 4) {
      random.nextBytes(piece);
      System.arraycopy(piece, 0, to, offset + count, 4);
      count += 4;
      left -= 4;
    }
    return count;
  }
}
