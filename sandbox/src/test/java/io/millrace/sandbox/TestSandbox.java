package io.millrace.sandbox;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    return settings(python, Map.of("require", require, "max_jobs_per_zygote", jobsPerZygote));
  }

  /** Of a small one, but for these. */
  static SandboxSettings settings(String python, Map<String, ?> but) {
    Map<String, Object> given = new HashMap<>();
    given.put("require", "fallback");
    given.put("memory_bytes", 256 << 20);
    given.put("tmp_bytes", 16 << 20);
    given.put("tmp_inodes", 1024);
    given.put("processes", 32);
    given.put("open_files", 64);
    given.put("output_limit", 4 << 10);
    given.put("result_limit", 4 << 10);
    given.put("display_limit", 1 << 20);
    given.put("file_limit", 8 << 20);
    given.put("preimport", List.of("json"));
    given.put("prewarm", 1);
    given.putAll(but);
    return SandboxSettings.of(python, given);
  }
}
