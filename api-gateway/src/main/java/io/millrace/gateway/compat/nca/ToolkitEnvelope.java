package io.millrace.gateway.compat.nca;

import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.reply.ReplyFields;
import io.millrace.job.JobState;
import io.millrace.job.Reply;
import io.millrace.store.JobStatus;
import java.math.BigDecimal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** The envelope that all of the toolkit's answers have, and what it says of a job. Thread-safe. */
@Component
final class ToolkitEnvelope {

  private static final JsonMapper JSON =
      JsonMapper.builder(JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build())
          .build();
  private static final long NANOS_IN_MILLI = 1_000_000;

  private final Reply.Speaker speaker;
  private final QueueMonitor queue;

  ToolkitEnvelope(Reply.Speaker speaker, QueueMonitor queue) {
    this.speaker = speaker;
    this.queue = queue;
  }

  /** The toolkit's word for a state. */
  static String word(JobState state) {
    if (state == JobState.SUCCEEDED) {
      return "done";
    }
    if (state == JobState.RUNNING) {
      return "running";
    }
    return state.isTerminal() ? "failed" : "queued";
  }

  /** A call whose time is taken from now on. */
  Call begin(String endpoint, JsonNode body) {
    return new Call(endpoint, body.path("id"), System.nanoTime());
  }

  /**
   * A job in the toolkit's form.
   *
   * @param job with the body of its reply at hand, where there is one
   */
  ObjectNode status(JobStatus job) {
    String reply = job.replyText();
    ObjectNode status = JSON.createObjectNode().put("job_status", word(job.state()));
    status.put("job_id", job.jobId().toString()).put("queue_id", speaker.queueId());
    if (reply == null) {
      return status.put("process_id", speaker.pid()).putNull("response");
    }
    status.set("process_id", ReplyFields.read(reply).path("pid"));
    return status.putRawValue("response", new RawValue(reply));
  }

  /** One call of a client. */
  final class Call {

    private final String endpoint;
    private final JsonNode id;
    private final long begin;

    private Call(String endpoint, JsonNode id, long begin) {
      this.endpoint = endpoint;
      this.id = id;
      this.begin = begin;
    }

    /** An answer that is about no job in particular. */
    ResponseEntity<byte[]> answer(JsonNode response) {
      return answer(UUID.randomUUID().toString(), response);
    }

    ResponseEntity<byte[]> answer(String jobId, JsonNode response) {
      return whole(200, jobId, response, JSON.stringNode("success"));
    }

    ResponseEntity<byte[]> notFound(String jobId) {
      ObjectNode message = JSON.createObjectNode().put("error", "Job not found");
      return whole(404, jobId, null, message.put("job_id", jobId));
    }

    private ResponseEntity<byte[]> whole(
        int code, String jobId, @Nullable JsonNode response, JsonNode message) {
      BigDecimal seconds = BigDecimal.valueOf((System.nanoTime() - begin) / NANOS_IN_MILLI, 3);
      ObjectNode body = JSON.createObjectNode().put("endpoint", endpoint).put("code", code);
      body.set("id", id.isString() ? id : JSON.nullNode());
      body.put("job_id", jobId).set("response", response);
      body.set("message", message);
      body.put("pid", speaker.pid()).put("queue_id", speaker.queueId());
      body.put("run_time", seconds).put("queue_time", 0.0).put("total_time", seconds);
      body.put("queue_length", queue.reading().queueLength());
      body.put("build_number", speaker.buildNumber());
      return ResponseEntity.status(code)
          .contentType(MediaType.APPLICATION_JSON)
          .body(JSON.writeValueAsBytes(body));
    }
  }
}
