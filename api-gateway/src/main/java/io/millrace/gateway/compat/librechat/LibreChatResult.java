package io.millrace.gateway.compat.librechat;

import io.millrace.files.StoredFile;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.RunEnd;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a run ended, in LibreChat's form. What it calls a session has two names in its clients, which
 * once meant two things to them: both have one value here.
 */
final class LibreChatResult {

  private static final int MOST_FILES = 50;

  private LibreChatResult() {}

  /** Its session is the job's id. Inputs that did not change are left out. */
  static ObjectNode of(JobReply reply, List<StoredFile> plots) {
    ObjectNode result = inSession(JsonNodeFactory.instance.objectNode(), reply.jobId());
    RunEnd end = RunEnd.of(reply);
    result.put("stdout", reply.stdout()).put("stderr", stderr(reply, end));
    ArrayNode files = result.putArray("files");
    plots.forEach(plot -> add(files, reply.jobId(), plot.fileId(), plot.name()));
    reply
        .part("files")
        .valueStream()
        .filter(file -> file.path("file_id").isString())
        .forEach(file -> add(files, reply.jobId(), text(file, "file_id"), text(file, "path")));
    result.put("code", end.code()).put("signal", end.signal());
    result.put("message", end.message()).put("status", end.status());
    return result.put("wall_time", Math.round(reply.runTime() * 1000));
  }

  /**
   * With a line for what the program itself could not say: its clients show a model these two texts
   * and nothing else.
   */
  private static String stderr(JobReply reply, RunEnd end) {
    String stderr = reply.stderr();
    boolean wasCut = reply.stdoutWasCut() || reply.stderrWasCut();
    String line = wasCut ? Objects.requireNonNullElse(end.message(), "") : reply.error();
    if (line.isEmpty() || stderr.contains(line)) {
      return stderr;
    }
    return stderr + (stderr.isEmpty() || stderr.endsWith("\n") ? "" : "\n") + line + "\n";
  }

  /** The same with its session, by both names. */
  static ObjectNode inSession(ObjectNode about, String session) {
    return about.put("storage_session_id", session).put("session_id", session);
  }

  private static void add(ArrayNode files, String session, String id, String name) {
    if (files.size() < MOST_FILES) {
      inSession(files.addObject().put("id", id).put("name", name), session);
    }
  }

  private static String text(JsonNode file, String name) {
    return file.path(name).asString("");
  }
}
