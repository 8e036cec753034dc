package io.millrace.gateway.submit;

import io.millrace.job.Reply;
import io.millrace.queue.QueueSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The body of 202: the job is durable, its reply comes later. */
@Component
final class Envelope {

  private static final JsonMapper JSON = new JsonMapper();

  private final Reply.Speaker speaker;
  private final QueueSettings queue;

  Envelope(Reply.Speaker speaker, QueueSettings queue) {
    this.speaker = speaker;
    this.queue = queue;
  }

  /** {@code estimatedStart}: seconds; null on the route of plain jobs, which does not say it. */
  byte[] processing(
      UUID jobId, @Nullable String id, long queueLength, @Nullable Double estimatedStart) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("code", 202);
    body.put("id", id);
    body.put("job_id", jobId.toString());
    body.put("message", "processing");
    body.put("pid", speaker.pid());
    body.put("queue_id", speaker.queueId());
    body.put("max_queue_length", queue.maxLength() == 0 ? "unlimited" : queue.maxLength());
    body.put("queue_length", queueLength);
    if (estimatedStart != null) {
      body.put("estimated_start", estimatedStart);
    }
    body.put("build_number", speaker.buildNumber());
    return JSON.writeValueAsBytes(body);
  }
}
