package io.millrace.gateway.compat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended, in the words and states of isolate, which Piston and its descendants hand on.
 *
 * @param code the exit code; null for a program that was killed
 * @param signal the name of the one that killed it; null where none did
 * @param message what isolate would say of it; null of a success
 * @param status {@code RE} failed, {@code SG} killed by a signal, {@code TO} ran too long, {@code
 *     OL} and {@code EL} wrote too much, {@code XX} our fault; null of a success
 */
public record RunEnd(
    @Nullable Integer code,
    @Nullable String signal,
    @Nullable String message,
    @Nullable String status) {

  private static final int KILL = 9;

  /** Linux's names, from 1 on. */
  private static final List<String> SIGNALS =
      List.of(
          "SIGHUP",
          "SIGINT",
          "SIGQUIT",
          "SIGILL",
          "SIGTRAP",
          "SIGABRT",
          "SIGBUS",
          "SIGFPE",
          "SIGKILL",
          "SIGUSR1",
          "SIGSEGV",
          "SIGUSR2",
          "SIGPIPE",
          "SIGALRM",
          "SIGTERM",
          "SIGSTKFLT",
          "SIGCHLD",
          "SIGCONT",
          "SIGSTOP",
          "SIGTSTP",
          "SIGTTIN",
          "SIGTTOU",
          "SIGURG",
          "SIGXCPU",
          "SIGXFSZ",
          "SIGVTALRM",
          "SIGPROF",
          "SIGWINCH",
          "SIGIO",
          "SIGPWR",
          "SIGSYS");

  /** The end of a job whose program was started. */
  public static RunEnd of(JobReply reply) {
    if (reply.isOurFault()) {
      return new RunEnd(null, null, reply.message(), "XX");
    }
    if (reply.timedOut()) {
      return killed("TO", "Time limit exceeded (wall clock)");
    }
    if (reply.stdoutWasCut()) {
      return killed("OL", "stdout length exceeded");
    }
    if (reply.stderrWasCut()) {
      return killed("EL", "stderr length exceeded");
    }
    int code = reply.exitCode().orElse(-KILL);
    if (code < 0) {
      boolean byItself = reply.reason().equals("signal");
      return new RunEnd(
          null, signal(-code), byItself ? "Caught fatal signal " + -code : reply.error(), "SG");
    }
    return code == 0
        ? new RunEnd(0, null, null, null)
        : new RunEnd(code, null, "Exited with error status " + code, "RE");
  }

  private static RunEnd killed(String status, String message) {
    return new RunEnd(null, signal(KILL), message, status);
  }

  private static String signal(int number) {
    return number <= SIGNALS.size() ? SIGNALS.get(number - 1) : "SIG" + number;
  }
}
