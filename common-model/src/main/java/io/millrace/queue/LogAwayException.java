package io.millrace.queue;

/** Kafka did not give a record that may be there: ask again later. */
public final class LogAwayException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LogAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
