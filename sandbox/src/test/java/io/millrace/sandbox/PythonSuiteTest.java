package io.millrace.sandbox;

import org.junit.jupiter.api.Tag;

/** All of Python's tests but those of {@link PythonEscapesTest} and {@link PythonJobsTest}. */
@Tag("services")
class PythonSuiteTest extends PythonModules {

  @Override
  boolean isHere(String module) {
    return !PythonEscapesTest.MODULES.contains(module) && !PythonJobsTest.MODULES.contains(module);
  }
}
