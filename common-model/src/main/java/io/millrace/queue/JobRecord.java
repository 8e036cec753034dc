package io.millrace.queue;

import java.util.Optional;
import java.util.UUID;

/**
 * A job and the address of its record, written {@code job-id address}. Both are checked when it is
 * read: the log may have used the offset again.
 */
public record JobRecord(UUID jobId, RecordPointer address) {

  /** Reads the written form; empty for the empty text. */
  public static Optional<JobRecord> parse(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int space = text.indexOf(' ');
    UUID jobId = UUID.fromString(text.substring(0, space));
    return RecordPointer.parse(text.substring(space + 1))
        .map(address -> new JobRecord(jobId, address));
  }

  /** Whether these bytes are a record of this job. */
  boolean isIn(byte[] record) {
    try {
      return JobCodec.decodeJob(record).jobId().equals(jobId);
    } catch (UnreadableRecordException e) {
      return false;
    }
  }
}
