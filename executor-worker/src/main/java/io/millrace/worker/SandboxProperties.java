package io.millrace.worker;

import io.millrace.sandbox.SandboxSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties below {@code millrace.sandbox}; {@code settings.schema.json} of the sandbox has
 * the default and the bounds of each, and a wrong one is refused when it is bound.
 *
 * @param require the weakest tier to work with: {@code strong} (namespaces) or {@code fallback}
 * @param python the interpreter, by path or name; also the one that jobs see
 * @param memory what one job may use
 * @param scratch bytes a job may write to its /tmp
 * @param scratchFiles files and folders it may make there
 * @param processes processes and threads it may have at once
 * @param openFiles descriptors a process of it may have
 * @param output bytes of stdout and of stderr that are kept
 * @param result bytes of the JSON of its result that are kept
 * @param display bytes of the figures and tables that a job shows that are kept
 * @param outputFile bytes of a file that comes back from a job; a larger one is left out
 * @param preimport modules that are loaded before a job comes; {@code auto} among them is the usual
 *     ones
 * @param pythonPath folders of packages that jobs may import, read-only
 * @param prewarm sandboxes that wait ready in a slot
 * @param jobsPerZygote jobs after which a slot's template process is replaced
 * @param uidBase where root starts the worker: the user of its helpers; each slot's jobs have one
 *     of the 256 above it that no other slot of this host has
 */
@ConfigurationProperties("millrace.sandbox")
record SandboxProperties(
    @Nullable String require,
    String python,
    @Nullable DataSize memory,
    @Nullable DataSize scratch,
    @Nullable Integer scratchFiles,
    @Nullable Integer processes,
    @Nullable Integer openFiles,
    @Nullable DataSize output,
    @Nullable DataSize result,
    @Nullable DataSize display,
    @Nullable DataSize outputFile,
    @Nullable List<String> preimport,
    @Nullable List<String> pythonPath,
    @Nullable Integer prewarm,
    @Nullable Integer jobsPerZygote,
    @Nullable Integer uidBase) {

  SandboxProperties(
      @Nullable String require,
      @DefaultValue("python3") String python,
      @Nullable DataSize memory,
      @Nullable DataSize scratch,
      @Nullable Integer scratchFiles,
      @Nullable Integer processes,
      @Nullable Integer openFiles,
      @Nullable DataSize output,
      @Nullable DataSize result,
      @Nullable DataSize display,
      @Nullable DataSize outputFile,
      @Nullable List<String> preimport,
      @Nullable List<String> pythonPath,
      @Nullable Integer prewarm,
      @Nullable Integer jobsPerZygote,
      @Nullable Integer uidBase) {
    this.require = require;
    this.python = python;
    this.memory = memory;
    this.scratch = scratch;
    this.scratchFiles = scratchFiles;
    this.processes = processes;
    this.openFiles = openFiles;
    this.output = output;
    this.result = result;
    this.display = display;
    this.outputFile = outputFile;
    this.preimport = preimport;
    this.pythonPath = pythonPath;
    this.prewarm = prewarm;
    this.jobsPerZygote = jobsPerZygote;
    this.uidBase = uidBase;
    settings(); // so that a wrong one is refused when it is bound
  }

  /** The same for the sandbox. */
  SandboxSettings settings() {
    return settings(null);
  }

  /** The same; {@code environments} is where jobs' own packages lie, null for nowhere. */
  SandboxSettings settings(@Nullable Path environments) {
    Map<String, Object> given = new LinkedHashMap<>();
    put(given, "environments", environments == null ? null : environments.toString());
    put(given, "require", require);
    put(given, "memory_bytes", bytes(memory));
    put(given, "tmp_bytes", bytes(scratch));
    put(given, "tmp_inodes", scratchFiles);
    put(given, "processes", processes);
    put(given, "open_files", openFiles);
    put(given, "output_limit", bytes(output));
    put(given, "result_limit", bytes(result));
    put(given, "display_limit", bytes(display));
    put(given, "file_limit", bytes(outputFile));
    put(given, "preimport", preimport);
    put(given, "python_path", pythonPath);
    put(given, "prewarm", prewarm);
    put(given, "max_jobs_per_zygote", jobsPerZygote);
    put(given, "uid_base", uidBase);
    return SandboxSettings.of(python, given);
  }

  private static void put(Map<String, Object> given, String name, @Nullable Object value) {
    if (value != null) {
      given.put(name, value);
    }
  }

  private static @Nullable Long bytes(@Nullable DataSize size) {
    return size == null ? null : size.toBytes();
  }
}
