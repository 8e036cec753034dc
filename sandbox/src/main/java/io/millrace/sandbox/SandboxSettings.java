package io.millrace.sandbox;

import java.nio.file.Path;
import java.util.List;

/**
 * What sandboxes are made by. Sizes are bytes. Immutable.
 *
 * @param require the weakest tier to work with: {@code strong} (namespaces) or {@code fallback}
 * @param python the interpreter, by path or name; also the one that jobs see
 * @param memory what one job may use
 * @param scratch what a job may write to its /tmp
 * @param scratchFiles files and folders it may make there
 * @param processes processes and threads it may have at once
 * @param openFiles descriptors a process of it may have
 * @param output of stdout and of stderr that are kept
 * @param result of the JSON of its result that are kept
 * @param display of the figures and tables that a job shows that are kept
 * @param outputFile of a file that comes back from a job; a larger one is left out
 * @param preimport modules that are loaded before a job comes; {@code auto} is the usual ones
 * @param pythonPath folders of packages that jobs may import, read-only
 * @param prewarm sandboxes that wait ready in a slot
 * @param jobsPerZygote jobs after which a slot's template process is replaced
 * @param uidBase where root starts the worker: the user of its helpers; each slot's jobs have one
 *     of the 256 above it that no other slot of this host has
 */
public record SandboxSettings(
    String require,
    String python,
    long memory,
    long scratch,
    int scratchFiles,
    int processes,
    int openFiles,
    long output,
    long result,
    long display,
    long outputFile,
    List<String> preimport,
    List<Path> pythonPath,
    int prewarm,
    int jobsPerZygote,
    int uidBase) {

  public SandboxSettings {
    preimport = List.copyOf(preimport);
    pythonPath = List.copyOf(pythonPath);
  }

  /** As the sandbox is told them. */
  List<String> pythonFolders() {
    return pythonPath.stream().map(Path::toString).toList();
  }
}
