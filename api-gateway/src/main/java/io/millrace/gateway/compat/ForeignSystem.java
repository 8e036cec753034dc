package io.millrace.gateway.compat;

import java.util.Locale;

/** A system whose routes this gateway may answer. */
public enum ForeignSystem {
  DIFY,
  LIBRECHAT,
  PISTON;

  /** As the setting names it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
