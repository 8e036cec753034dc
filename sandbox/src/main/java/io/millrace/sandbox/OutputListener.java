package io.millrace.sandbox;

/**
 * Hears what a job writes while it runs, in order, up to the output limit. Called by the sandbox's
 * own thread, which must not be held up.
 */
public interface OutputListener {

  /** The next bytes of its standard output; a character may be cut in two. */
  void wroteToStdout(byte[] bytes);

  /** The next bytes of its standard error. */
  void wroteToStderr(byte[] bytes);
}
