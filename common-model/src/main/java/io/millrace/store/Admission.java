package io.millrace.store;

import io.millrace.queue.Lane;
import java.time.Duration;
import java.util.UUID;

/**
 * What becomes of a job that asks to be let in: the one word for it from the gate to its caller.
 */
public sealed interface Admission {

  /**
   * In, and counted.
   *
   * @param queueLength jobs that wait, with this one
   * @param acceptedAt microseconds since the epoch by the clock of Redis
   */
  record Admitted(Lane lane, long queueLength, long acceptedAt) implements Admission {}

  /**
   * Nothing new: its Idempotency-Key stands for the first job that came with it.
   *
   * @param ended whether that job has its reply
   */
  record Repeated(UUID firstJobId, boolean ended) implements Admission {}

  /**
   * It will never run.
   *
   * @param queueLength jobs that wait, where that is the reason; else 0
   * @param retryAfter until it is worth coming again, where that is known; else zero
   * @param about what it is about, where that is one thing of the request; else empty
   */
  record Refused(Refusal why, long queueLength, Duration retryAfter, String about)
      implements Admission {

    /** For a reason that has nothing to do with how much is there. */
    public Refused(Refusal why) {
      this(why, 0, Duration.ZERO);
    }

    /** For a reason that is about the job as a whole. */
    public Refused(Refusal why, long queueLength, Duration retryAfter) {
      this(why, queueLength, retryAfter, "");
    }

    /** For one thing of the request. */
    public static Refused about(Refusal why, String what) {
      return new Refused(why, 0, Duration.ZERO, what);
    }
  }

  /** Why a job is refused. */
  enum Refusal {
    /** As many jobs wait as may. */
    QUEUE_FULL,
    /** The owner has as many waiting jobs as it may have. */
    KEY_FULL,
    /** The owner sends jobs faster than it may. */
    KEY_RATE,
    /** As many bytes of the owner's replies are kept as may be. */
    KEY_STORED,
    /** The owner sends more bytes a second than it may. */
    KEY_BYTES,
    /** A file that it reads is not its owner's, or not there any more. */
    FILE_NOT_FOUND,
    /** It reads a kept file, and there is no store of files. */
    NO_FILE_STORE,
    /** It reads a kept file, and the store of files does not answer. */
    FILES_AWAY,
    /** Redis or the log is as full as it may be while it takes jobs in. */
    STORE_FULL,
    /** It must start sooner than it can, by the measured drain of the queue. */
    DEADLINE,
    /** The Idempotency-Key was used for another body. */
    OTHER_BODY,
    /** Redis was emptied and the lanes are being rebuilt. */
    REBUILDING,
    /** Redis or Kafka does not answer, or Kafka has not confirmed the job. */
    AWAY,
    /** As many callers wait at this gateway as may. */
    NO_PLACE
  }
}
