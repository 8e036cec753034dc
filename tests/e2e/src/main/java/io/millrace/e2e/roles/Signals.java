package io.millrace.e2e.roles;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Signals that Java cannot send itself. */
public final class Signals {

  private static final int PATIENCE_SECONDS = 10;

  private Signals() {}

  /** Freezes a process until {@link #cont}. */
  public static void stop(ProcessHandle process) {
    send("STOP", process);
  }

  /** Lets a frozen process go on. */
  public static void cont(ProcessHandle process) {
    send("CONT", process);
  }

  private static void send(String signal, ProcessHandle process) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start();
      if (!kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IllegalStateException("cannot send SIG" + signal + " to " + process.pid());
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot send SIG" + signal, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending SIG" + signal, e);
    }
  }
}
