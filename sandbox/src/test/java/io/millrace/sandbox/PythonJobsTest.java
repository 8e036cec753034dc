package io.millrace.sandbox;

import java.util.Set;
import org.junit.jupiter.api.Tag;

/** Python's tests of what a job gets, meets and gives back. */
@Tag("services")
class PythonJobsTest extends PythonModules {

  static final Set<String> MODULES = Set.of("test_slot", "test_wide", "test_environment");

  @Override
  boolean isHere(String module) {
    return MODULES.contains(module);
  }
}
