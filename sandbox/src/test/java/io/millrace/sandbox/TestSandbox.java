package io.millrace.sandbox;

import java.util.List;
import java.util.UUID;

/** Settings of a small sandbox. */
final class TestSandbox {

  private TestSandbox() {}

  /** Slot 0's, in the strongest tier there is. */
  static Sandbox sandbox(SandboxFiles files) {
    return new Sandbox(
        0, files, settings("fallback", "/usr/bin/python3", 100), "auto", SandboxEvents.IGNORED);
  }

  static Program job(String code, int timeout) {
    return new Program(UUID.randomUUID(), code, timeout);
  }

  static SandboxSettings settings(String require, String python, int jobsPerZygote) {
    return settings(require, python, jobsPerZygote, List.of("json"));
  }

  static SandboxSettings settings(
      String require, String python, int jobsPerZygote, List<String> preimport) {
    return settings(require, python, jobsPerZygote, preimport, 16L << 20, 8L << 20);
  }

  static SandboxSettings settings(
      String require,
      String python,
      int jobsPerZygote,
      List<String> preimport,
      long scratch,
      long outputFile) {
    return new SandboxSettings(
        require,
        python,
        256L << 20,
        scratch,
        1024,
        32,
        64,
        4L << 10,
        4L << 10,
        1L << 20,
        outputFile,
        preimport,
        List.of(),
        1,
        jobsPerZygote,
        60706);
  }
}
