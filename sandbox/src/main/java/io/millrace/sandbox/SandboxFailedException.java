package io.millrace.sandbox;

import org.jspecify.annotations.Nullable;

/** The sandbox failed the job, not the other way round: the job must be tried again. */
public final class SandboxFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  public SandboxFailedException(String message) {
    super(message);
  }

  public SandboxFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
