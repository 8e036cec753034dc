package io.millrace.worker.sandbox;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import java.util.List;
import java.util.UUID;
import org.springframework.util.unit.DataSize;

/** Settings of a small sandbox. */
final class TestSandbox {

  private TestSandbox() {}

  /** Slot 0's, in the strongest tier there is. */
  static Sandbox sandbox(SandboxFiles files) {
    return new Sandbox(
        0,
        files,
        settings("fallback", "/usr/bin/python3", 100),
        "auto",
        new SandboxMeters(new SimpleMeterRegistry()));
  }

  static Job job(String code, int timeout) {
    return new Job(
        UUID.randomUUID(),
        "tester",
        new ExecutionRequest(code, timeout, null, null),
        0,
        null,
        null);
  }

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
