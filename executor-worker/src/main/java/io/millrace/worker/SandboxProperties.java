package io.millrace.worker;

import io.millrace.sandbox.SandboxSettings;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties below {@code millrace.sandbox}.
 *
 * @param require the weakest tier to work with: {@code strong} (namespaces) or {@code fallback}
 * @param python the interpreter, by path or name; also the one that jobs see
 * @param memory what one job may use, at least 32 MB
 * @param scratch bytes a job may write to its /tmp
 * @param scratchFiles files and folders it may make there
 * @param processes processes and threads it may have at once
 * @param openFiles descriptors a process of it may have
 * @param output bytes of stdout and of stderr that are kept
 * @param result bytes of the JSON of its result that are kept
 * @param display bytes of the figures and tables that a job shows that are kept
 * @param outputFile bytes of a file that comes back from a job; a larger one is left out
 * @param preimport modules that are loaded before a job comes; {@code auto} is the usual ones
 * @param pythonPath folders of packages that jobs may import, read-only
 * @param prewarm sandboxes that wait ready in a slot
 * @param jobsPerZygote jobs after which a slot's template process is replaced
 * @param uidBase where root starts the worker: the user of its helpers; each slot's jobs have one
 *     of the 256 above it that no other slot of this host has
 */
@ConfigurationProperties("millrace.sandbox")
record SandboxProperties(
    @DefaultValue("strong") String require,
    @DefaultValue("python3") String python,
    @DefaultValue("512MB") DataSize memory,
    @DefaultValue("64MB") DataSize scratch,
    @DefaultValue("4096") int scratchFiles,
    @DefaultValue("64") int processes,
    @DefaultValue("256") int openFiles,
    @DefaultValue("1MB") DataSize output,
    @DefaultValue("1MB") DataSize result,
    @DefaultValue("8MB") DataSize display,
    @DefaultValue("100MB") DataSize outputFile,
    @DefaultValue("auto") List<String> preimport,
    @DefaultValue List<Path> pythonPath,
    @DefaultValue("2") int prewarm,
    @DefaultValue("1000") int jobsPerZygote,
    @DefaultValue("60706") int uidBase) {

  private static final DataSize LEAST_MEMORY = DataSize.ofMegabytes(32);

  SandboxProperties {
    check(
        require.equals("strong") || require.equals("fallback"),
        "require",
        "strong or fallback",
        require);
    check(memory.compareTo(LEAST_MEMORY) >= 0, "memory", "32MB or more", memory);
    check(scratch.toKilobytes() >= 64, "scratch", "64KB or more", scratch);
    check(scratchFiles >= 16, "scratch-files", "16 or more", scratchFiles);
    check(processes >= 1, "processes", "1 or more", processes);
    check(openFiles >= 16, "open-files", "16 or more", openFiles);
    check(output.toBytes() >= 1024, "output", "1KB or more", output);
    check(result.toBytes() >= 1024, "result", "1KB or more", result);
    check(display.toBytes() >= 1024, "display", "1KB or more", display);
    check(outputFile.toBytes() >= 1024, "output-file", "1KB or more", outputFile);
    check(prewarm >= 0, "prewarm", "0 or more", prewarm);
    check(jobsPerZygote >= 1, "jobs-per-zygote", "1 or more", jobsPerZygote);
    check(uidBase >= 1, "uid-base", "1 or more", uidBase);
  }

  /** The same for the sandbox, in bytes. */
  SandboxSettings settings() {
    return new SandboxSettings(
        require,
        python,
        memory.toBytes(),
        scratch.toBytes(),
        scratchFiles,
        processes,
        openFiles,
        output.toBytes(),
        result.toBytes(),
        display.toBytes(),
        outputFile.toBytes(),
        preimport,
        pythonPath,
        prewarm,
        jobsPerZygote,
        uidBase);
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.sandbox." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
