package io.millrace.bench.part;

import io.millrace.bench.Lab;
import io.millrace.bench.report.Section;

/** One question and how it is measured. */
public interface Part {

  /** Its word in the options. */
  String name();

  /** Its title on the page. */
  String title();

  /** Whether it must start processes of its own, so that no other endpoint can stand in. */
  default boolean needsAnInstallation() {
    return false;
  }

  /** Measures; takes minutes. */
  Section measure(Lab lab) throws InterruptedException;
}
