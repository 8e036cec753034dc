package io.millrace.sandbox;

import java.util.Set;
import org.junit.jupiter.api.Tag;

/** Python's tests that try to get out. */
@Tag("services")
class PythonEscapesTest extends PythonModules {

  static final Set<String> MODULES = Set.of("test_escape", "test_escape_http", "test_network");

  @Override
  boolean isHere(String module) {
    return MODULES.contains(module);
  }
}
