package io.millrace.gateway.reply;

/** What came of waiting. */
public sealed interface Awaited {

  /** The job has ended; {@code body} goes to the caller as it is. */
  record Answer(int status, byte[] body) implements Awaited {}

  /** The gateway stops or the caller's time is over: the job goes on without a caller. */
  record StillWorking() implements Awaited {}
}
