package io.millrace.trace;

import org.jspecify.annotations.Nullable;

/** Begins the spans of a job's steps. Thread-safe. While it is off, a step costs two calls. */
public interface Traces {

  /** Takes no traces. */
  Traces OFF = (name, kind, traceparent) -> Step.NONE;

  /** Which side of a conversation a step is on. */
  enum Kind {
    /** Neither. */
    INNER,
    /** It puts a job into the queue. */
    PRODUCER,
    /** It takes a job out of the queue. */
    CONSUMER,
    /** It calls somebody else's service. */
    CLIENT
  }

  /**
   * Begins a step, to be closed by its end.
   *
   * @param name the same for all steps of a sort
   * @param traceparent the W3C context of the step that led here; null begins a new trace
   */
  Step begin(String name, Kind kind, @Nullable String traceparent);

  /** A step that is being taken. Used by one thread at a time. */
  interface Step extends AutoCloseable {

    /** Takes no notes. */
    Step NONE =
        new Step() {
          @Override
          public Step tag(String name, Object value) {
            return this;
          }

          @Override
          public void failed(Throwable cause) {}

          @Override
          public @Nullable String traceparent() {
            return null;
          }

          @Override
          public void close() {}
        };

    /** Notes what the step is about: never code, output, a key or an address. */
    Step tag(String name, Object value);

    /** Notes that it failed, by the kind of failure; a message may say too much. */
    void failed(Throwable cause);

    /** The context for the steps that follow from this one; null while no traces are taken. */
    @Nullable String traceparent();

    /** The step is done. */
    @Override
    void close();
  }
}
