package io.millrace.sandbox;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The helper does not speak the protocol: it is to be ended. */
final class BrokenHelperException extends IOException {

  private static final long serialVersionUID = 1;

  BrokenHelperException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
