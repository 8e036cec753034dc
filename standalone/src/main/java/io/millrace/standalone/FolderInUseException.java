package io.millrace.standalone;

import java.nio.file.Path;

/** A live process works in the folder. */
public final class FolderInUseException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String why;

  FolderInUseException(Path folder) {
    this(folder + " is in use by another process");
  }

  private FolderInUseException(String why) {
    super(why);
    this.why = why;
  }

  String why() {
    return why;
  }
}
