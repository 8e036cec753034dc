package io.millrace.standalone;

import org.jspecify.annotations.Nullable;

/** The end of a command that cannot do what it was asked for. */
final class Exit {
  private Exit() {}

  /**
   * Says why on one line and ends this process with status 1; the result only pleases {@code
   * throw}.
   */
  static IllegalStateException because(@Nullable String why) {
    System.err.println("millrace: " + why);
    System.exit(1);
    return new IllegalStateException(why);
  }
}
