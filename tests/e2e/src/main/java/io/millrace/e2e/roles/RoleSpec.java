package io.millrace.e2e.roles;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How one gateway or worker is started, and started again.
 *
 * @param command the whole command line
 * @param environment instead of this process's own, but for PATH
 * @param folder its temporary folder and its log are in there
 * @param port where it serves callers; for a worker the same as {@code managementPort}
 * @param managementPort where it serves health and metrics
 */
public record RoleSpec(
    String name,
    List<String> command,
    Map<String, String> environment,
    Path folder,
    int port,
    int managementPort) {

  /** What the role prints, over all its starts. */
  public Path log() {
    return folder.resolve(name + ".log");
  }
}
