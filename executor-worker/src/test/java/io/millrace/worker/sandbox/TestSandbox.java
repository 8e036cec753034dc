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
    return new SandboxSettings(
        require,
        python,
        DataSize.ofMegabytes(256),
        DataSize.ofMegabytes(16),
        1024,
        32,
        64,
        DataSize.ofKilobytes(4),
        DataSize.ofKilobytes(4),
        DataSize.ofMegabytes(1),
        DataSize.ofMegabytes(8),
        preimport,
        List.of(),
        1,
        jobsPerZygote,
        60706);
  }
}
