package io.millrace.worker.environment;

import java.io.IOException;

/** This machine has no room for a set of packages, though it let go of all that it could. */
public final class NoRoomException extends IOException {

  private static final long serialVersionUID = 1L;

  NoRoomException(IOException cause) {
    super(
        "A worker has no room for these packages in its folder (millrace.packages.folder): "
            + cause.getMessage(),
        cause);
  }
}
