package io.millrace.gateway.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.DisconnectedClientHelper;

/** Tells a caller that has gone from a fault of ours. */
final class CallerLeft {

  private CallerLeft() {}

  /** Whether the failure is the caller's connection's: nothing else here does I/O of its own. */
  static boolean isCauseOf(Throwable failure) {
    return DisconnectedClientHelper.isClientDisconnectedException(failure) || isIo(failure);
  }

  private static boolean isIo(@Nullable Throwable failure) {
    return failure != null && (failure instanceof IOException || isIo(failure.getCause()));
  }
}
