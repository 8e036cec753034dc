package io.millrace.gateway.request;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** The id of a job or a batch, as a path has it. */
public final class PathId {

  private PathId() {}

  /** The id; empty for what is none in its one spelling, since Java reads {@code 1-1-1-1-1} too. */
  public static Optional<UUID> of(String text) {
    try {
      UUID id = UUID.fromString(text);
      return id.toString().equals(text.toLowerCase(Locale.ROOT))
          ? Optional.of(id)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
