package io.millrace.gateway.compat.dify;

import io.millrace.gateway.compat.JobReply;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How a run ended, in Dify's form. Its client fails a node whenever {@code error} is not empty. */
final class DifyResult {

  /** Of a program that did not end by itself. */
  private static final int KILLED = -1;

  private DifyResult() {}

  static ObjectNode of(JobReply reply) {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("stdout", reply.stdout());
    return data.put("stderr", reply.stderr())
        .put("error", error(reply))
        .put("exit_code", exitCode(reply));
  }

  private static String error(JobReply reply) {
    if (reply.timedOut()) {
      return "timeout";
    }
    if (!reply.succeeded()) {
      String ended = "process exited with code " + exitCode(reply);
      String killed = exitCode(reply) == KILLED ? "\n" + reply.error() : "";
      return ended + killed + (reply.stderr().isEmpty() ? "" : "\n" + reply.stderr());
    }
    // The client reads its result from the end of it.
    return reply.stdoutWasCut()
        ? "stdout is longer than what is kept of it: print less, or have the operator raise"
            + " MILLRACE_SANDBOX_OUTPUT"
        : "";
  }

  private static int exitCode(JobReply reply) {
    return reply.exitCode().filter(code -> code >= 0).orElse(KILLED);
  }
}
