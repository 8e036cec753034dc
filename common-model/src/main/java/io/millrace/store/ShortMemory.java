package io.millrace.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process told Redis lately, told again when Redis turns out to be another one or an
 * older one: a replica that took over, or one that was started again, lacks its last writes, though
 * callers and webhooks have seen what came of them.
 *
 * <p>Kept for ten seconds after it was told, and longer while Redis is not seen to be the same with
 * whole lanes; of 10,000 words or 32 MiB the oldest go first. Thread-safe.
 */
public final class ShortMemory {

  private static final Logger log = LoggerFactory.getLogger(ShortMemory.class);

  /** How long a word is kept at least. */
  public static final Duration KEPT = Duration.ofSeconds(10);

  /** Bytes of a word beside a reply: its job without the program among it, about. */
  static final int BESIDE = 1024;

  private static final int MOST = 10_000;
  private static final long MOST_BYTES = 32L << 20;

  private record Word(long at, long bytes, Runnable again) {}

  private final LongSupplier nanoTime;
  private final ArrayDeque<Word> words = new ArrayDeque<>();
  private long bytes;
  private @Nullable String identity;
  private boolean whole;

  public ShortMemory() {
    this(System::nanoTime);
  }

  ShortMemory(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Redis has taken this.
   *
   * @param size bytes that it takes to keep, more or less
   * @param again tells it again; doing so must change nothing where Redis knows it
   */
  synchronized void keep(long size, Runnable again) {
    words.addLast(new Word(nanoTime.getAsLong(), size, again));
    bytes += size;
    while (words.size() > MOST || bytes > MOST_BYTES) {
      forgetOldest();
    }
  }

  /**
   * Redis is seen as this. Tells it everything again when it is not what was seen before, and once
   * more when its lanes are whole again, since some words are about jobs that it knows only then.
   *
   * @throws org.springframework.dao.DataAccessException when Redis goes away meanwhile; then it is
   *     told at the next look
   */
  public void see(LaneRepair.Look look) {
    boolean same = look.identity().equals(identity) && look.whole() == whole;
    if (!same && identity != null) {
      List<Word> all = copy();
      all.forEach(word -> word.again().run());
      if (!all.isEmpty()) {
        log.info("Redis may lack its last writes; {} of them were told to it again", all.size());
      }
    }
    synchronized (this) {
      identity = look.identity();
      whole = look.whole();
      long old = nanoTime.getAsLong() - KEPT.toNanos();
      while (same && whole && !words.isEmpty() && words.getFirst().at() - old < 0) {
        forgetOldest();
      }
    }
  }

  private synchronized List<Word> copy() {
    return List.copyOf(words);
  }

  private void forgetOldest() {
    bytes -= words.removeFirst().bytes();
  }
}
