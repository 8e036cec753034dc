package io.millrace.gateway.compat.piston;

import io.millrace.gateway.compat.JobReply;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How a run ended, in Piston's form: its sandbox's (isolate's) words and states. */
final class PistonResult {

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

  private PistonResult() {}

  static ObjectNode of(JobReply reply, PistonRuntime runtime) {
    ObjectNode result =
        JsonNodeFactory.instance.objectNode().put("language", PistonRuntime.LANGUAGE);
    result.put("version", runtime.version());
    ObjectNode run = result.putObject("run");
    run.put("stdout", reply.stdout()).put("stderr", reply.stderr());
    run.put("output", reply.stdout() + reply.stderr());
    End end = End.of(reply);
    run.put("code", end.code()).put("signal", end.signal());
    run.put("message", end.message()).put("status", end.status());
    JsonNode usage = reply.part("usage");
    run.set("cpu_time", usage.path("cpu_ms").asOptional().orElse(run.nullNode()));
    run.put("wall_time", Math.round(reply.runTime() * 1000));
    run.set("memory", usage.path("memory_peak_bytes").asOptional().orElse(run.nullNode()));
    return result;
  }

  /** Each null where there is none. */
  private record End(
      @Nullable Integer code,
      @Nullable String signal,
      @Nullable String message,
      @Nullable String status) {

    static End of(JobReply reply) {
      if (reply.isOurFault()) {
        return new End(null, null, reply.message(), "XX");
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
        return new End(
            null, signal(-code), byItself ? "Caught fatal signal " + -code : reply.error(), "SG");
      }
      return code == 0
          ? new End(0, null, null, null)
          : new End(code, null, "Exited with error status " + code, "RE");
    }

    private static End killed(String status, String message) {
      return new End(null, signal(KILL), message, status);
    }

    private static String signal(int number) {
      return number <= SIGNALS.size() ? SIGNALS.get(number - 1) : "SIG" + number;
    }
  }
}
