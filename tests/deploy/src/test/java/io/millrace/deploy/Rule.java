package io.millrace.deploy;

import java.util.function.Consumer;

/** Something that must hold for an overlay. Each violation is a sentence that names the object. */
@FunctionalInterface
interface Rule {
  void check(Overlay overlay, Consumer<String> violations);
}
