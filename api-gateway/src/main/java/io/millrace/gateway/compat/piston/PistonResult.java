package io.millrace.gateway.compat.piston;

import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.RunEnd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How a run ended, in Piston's form: its sandbox's (isolate's) words and states. */
final class PistonResult {

  private PistonResult() {}

  static ObjectNode of(JobReply reply, PistonRuntime runtime) {
    ObjectNode result =
        JsonNodeFactory.instance.objectNode().put("language", PistonRuntime.LANGUAGE);
    result.put("version", runtime.version());
    ObjectNode run = result.putObject("run");
    run.put("stdout", reply.stdout()).put("stderr", reply.stderr());
    run.put("output", reply.stdout() + reply.stderr());
    RunEnd end = RunEnd.of(reply);
    run.put("code", end.code()).put("signal", end.signal());
    run.put("message", end.message()).put("status", end.status());
    JsonNode usage = reply.part("usage");
    run.set("cpu_time", usage.path("cpu_ms").asOptional().orElse(run.nullNode()));
    run.put("wall_time", Math.round(reply.runTime() * 1000));
    run.set("memory", usage.path("memory_peak_bytes").asOptional().orElse(run.nullNode()));
    return result;
  }
}
