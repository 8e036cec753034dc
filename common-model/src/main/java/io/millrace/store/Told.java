package io.millrace.store;

import io.millrace.job.BatchPart;
import io.millrace.job.Job;
import io.millrace.job.Reply;
import io.millrace.job.WideInputs;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordPointer;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a job, its owner's limits and its reply are handed to a script. A job is one argument, an
 * object of JSON without its program; what it does not have is not in it. The prelude's {@code
 * told} reads it, and its {@code remember} makes the job's hash of it: a new field of a job is a
 * line here and a line there.
 */
final class Told {

  private static final JsonMapper JSON = new JsonMapper();

  private Told() {}

  /** The job of the script's key, as the gate and a worker that claims or ends it hand it over. */
  static String job(Job job, QueueSettings settings) {
    return fields(job, settings).toString();
  }

  /**
   * The same, with the packages that it asks for: the key of their environment, and what is to be
   * built.
   */
  static String job(Job job, @Nullable String environment, QueueSettings settings) {
    ObjectNode fields = fields(job, settings);
    if (environment != null) {
      fields
          .put("environment", environment)
          .put("requirements", JSON.writeValueAsString(job.request().dependencies()));
    }
    return fields.toString();
  }

  /** A job that a worker runs. */
  static String lease(Lease lease, QueueSettings settings) {
    return fields(lease.job(), settings)
        .put("job_id", lease.job().jobId().toString())
        .put("attempt", lease.attempt())
        .put("started", lease.startedAt())
        .put("record", lease.record().toString())
        .toString();
  }

  /** A job as the log has it. */
  static String logged(Job job, RecordPointer record, QueueSettings settings) {
    return fields(job, settings)
        .put("job_id", job.jobId().toString())
        .put("lane", record.lane().wireName())
        .put("record", record.toString())
        .toString();
  }

  private static ObjectNode fields(Job job, QueueSettings settings) {
    ObjectNode fields =
        JSON.createObjectNode()
            .put("owner", job.owner())
            .put("accepted", job.acceptedAt())
            .put("timeout", job.request().timeout());
    putIfThere(fields, "id", job.request().id());
    putIfThere(fields, "webhook_url", job.request().webhookUrl());
    putIfThere(fields, "reply_to", job.replyTo());
    WideInputs wide = job.request().wide();
    if (wide != null) {
      fields.put("wide", 1);
      putFiles(fields, wide.fileIds());
      if (wide.startWithin() != null) {
        fields.put("start_within", wide.startWithin());
      }
    }
    if (job.batch() != null) {
      fields.set("batch", batch(job.batch(), settings));
    }
    if (job.idempotencyKey() != null) {
      fields
          .put("idempotency_key", job.idempotencyKey())
          .put("body_digest", job.bodyDigest())
          .put("promised", settings.idempotencyTtl().toSeconds());
    }
    return fields;
  }

  private static void putFiles(ObjectNode fields, Set<String> fileIds) {
    if (!fileIds.isEmpty()) {
      fileIds.forEach(fields.putArray("files")::add);
    }
  }

  /** What a job knows of its batch: enough to make the batch's hash again. */
  private static ObjectNode batch(BatchPart part, QueueSettings settings) {
    ObjectNode fields =
        JSON.createObjectNode()
            .put("batch_id", part.batchId().toString())
            .put("index", part.index())
            .put("round", part.round())
            .put("count", part.count())
            .put("accepted", part.acceptedAt())
            .put("delivery", part.delivery().toString())
            .put("ttl", settings.resultTtl().toSeconds());
    putIfThere(fields, "webhook_url", part.webhookUrl());
    if (part.maxRunning() > 0) {
      fields.put("max_running", part.maxRunning());
    }
    return fields;
  }

  private static void putIfThere(ObjectNode fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  /** The limits that an owner has. */
  static String limits(AdmissionGate.OwnerLimits limits) {
    ObjectNode fields = JSON.createObjectNode();
    putIfLimited(fields, "queued", limits.queued());
    putIfLimited(fields, "running", limits.running());
    putIfLimited(fields, "rate", limits.rate());
    putIfLimited(fields, "stored", limits.stored());
    putIfLimited(fields, "bytes", limits.bytes());
    return fields.toString();
  }

  private static void putIfLimited(ObjectNode fields, String name, long limit) {
    if (limit != 0) {
      fields.put(name, limit);
    }
  }

  /**
   * A reply that the store keeps itself: seven arguments, in the order in which the prelude's
   * {@code told_reply} reads them, since its body is not to be quoted once more.
   */
  static List<Object> reply(Reply reply) {
    return reply(reply, reply.head(), reply.tail(), "", 0);
  }

  /** A reply that is at this address in the log of replies; of the store where that is null. */
  static List<Object> reply(Reply reply, @Nullable String address) {
    return address == null ? reply(reply) : reply(reply, "", "", address, reply.bytes());
  }

  private static List<Object> reply(
      Reply reply, String head, String tail, String address, long bytes) {
    String reason = Objects.requireNonNullElse(reply.reason(), "");
    return List.of(reply.state().wireName(), reply.status(), head, tail, address, bytes, reason);
  }
}
