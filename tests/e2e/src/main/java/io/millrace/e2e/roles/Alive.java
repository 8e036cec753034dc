package io.millrace.e2e.roles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a process can still do anything. */
public final class Alive {

  private Alive() {}

  /**
   * False for a zombie too: it is dead, and stays in the process table until init takes note of it,
   * seconds later in some containers.
   */
  public static boolean is(ProcessHandle process) {
    return process.isAlive() && !isZombie(process.pid());
  }

  private static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", "" + pid, "stat"));
      // The name before the state may itself hold brackets and spaces.
      return stat.startsWith(") Z", stat.lastIndexOf(')'));
    } catch (IOException e) {
      return true;
    }
  }
}
