package io.millrace.e2e.history;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened. {@code at} is in milliseconds since the epoch, by the clock of this one
 * machine; {@code k} is the driver's own name for a submission, unique, and part of its code.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Event.Invoked.class, name = "invoke"),
  @JsonSubTypes.Type(value = Event.Accepted.class, name = "ok"),
  @JsonSubTypes.Type(value = Event.Refused.class, name = "fail"),
  @JsonSubTypes.Type(value = Event.Unclear.class, name = "info"),
  @JsonSubTypes.Type(value = Event.Started.class, name = "run"),
  @JsonSubTypes.Type(value = Event.Ended.class, name = "result"),
  @JsonSubTypes.Type(value = Event.Hooked.class, name = "hook"),
  @JsonSubTypes.Type(value = Event.SeenRunning.class, name = "running"),
  @JsonSubTypes.Type(value = Event.Faulted.class, name = "fault")
})
public sealed interface Event {

  long at();

  /** Before the POST. */
  record Invoked(long at, String k, int timeoutSeconds, boolean webhook) implements Event {}

  /** 200 or 202, or any reply that tells how the job ended, was read whole. */
  record Accepted(long at, String k, String jobId) implements Event {}

  /** A refusal was read: the job must never start. */
  record Refused(long at, String k, @Nullable String jobId, int status) implements Event {}

  /** Reset, time-out or 5xx: nobody knows. */
  record Unclear(long at, String k, String why) implements Event {}

  /** A worker wrote into its log that it starts the job. */
  record Started(long at, String jobId, int attempt, String worker) implements Event {}

  /**
   * A reply that ends the job was read.
   *
   * @param k what the reply itself says it is the reply to
   * @param state the terminal state it tells of
   * @param digest of the reply
   * @param source reply, status or hook
   */
  record Ended(long at, String k, String jobId, String state, String digest, String source)
      implements Event {}

  /** The receiver got a delivery; {@code digest} of its very bytes. */
  record Hooked(long at, String jobId, String webhookId, String digest) implements Event {}

  /** The job was read as running. */
  record SeenRunning(long at, String jobId) implements Event {}

  /**
   * A fault, from {@code at} to {@code until}, the end of its after-effects.
   *
   * @param forgets whether states may be gone for good: Redis was emptied
   */
  record Faulted(long at, long until, String what, boolean forgets) implements Event {}
}
