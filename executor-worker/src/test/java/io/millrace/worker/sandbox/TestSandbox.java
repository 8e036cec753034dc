package io.millrace.worker.sandbox;

import java.util.List;
import org.springframework.util.unit.DataSize;

/** Settings of a small sandbox. */
final class TestSandbox {

  private TestSandbox() {}

  static SandboxSettings settings(String require, String python, int jobsPerZygote) {
    return settings(require, python, jobsPerZygote, List.of("json"));
  }

  static SandboxSettings settings(
      String require, String python, int jobsPerZygote, List<String> preimport) {
    return settings(
        require,
        python,
        jobsPerZygote,
        preimport,
        DataSize.ofMegabytes(16),
        DataSize.ofMegabytes(8));
  }

  static SandboxSettings settings(
      String require,
      String python,
      int jobsPerZygote,
      List<String> preimport,
      DataSize scratch,
      DataSize outputFile) {
    return new SandboxSettings(
        require,
        python,
        DataSize.ofMegabytes(256),
        scratch,
        1024,
        32,
        64,
        DataSize.ofKilobytes(4),
        DataSize.ofKilobytes(4),
        DataSize.ofMegabytes(1),
        outputFile,
        preimport,
        List.of(),
        1,
        jobsPerZygote,
        60706);
  }
}
