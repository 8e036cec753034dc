package io.millrace.worker.environment;

/** The user that has no rights on this machine, where root starts the worker. */
public record SandboxUid(int uid) {

  /** As the sandbox has it, unless it is told otherwise. */
  public static final SandboxUid USUAL = new SandboxUid(60706);
}
