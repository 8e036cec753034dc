package io.millrace.job;

import java.io.StringWriter;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * The reply to a job, but for its times: those are filled in where the result is recorded, so that
 * the waiting caller, the webhook and every later reader get the same bytes. The whole body is
 * {@code head}, then {@code "run_time":..,"queue_time":..,"total_time":..,"queue_length":..}, then
 * {@code tail}.
 *
 * @param status the HTTP status
 * @param state the terminal state it tells of
 * @param reason the stable word for why the job failed; null where it did not
 */
public record Reply(int status, JobState state, @Nullable String reason, String head, String tail) {

  /** The route of plain jobs, the value of {@code endpoint} in their replies. */
  public static final String ENDPOINT = "/v1/code/execute/python";

  /** The route of jobs with inputs, files and figures, the value of {@code endpoint} in theirs. */
  public static final String JOBS_ENDPOINT = "/v1/jobs";

  /** The reason of a job that did not start in its time, or could not. */
  public static final String DEADLINE = "deadline";

  /** The route of batches, the value of {@code endpoint} in the replies of their jobs. */
  public static final String BATCHES_ENDPOINT = "/v1/batches";

  /** Four names, and four numbers of up to 20 digits. */
  private static final int LONGEST_TIMES = 128;

  private static final String INTERNAL_ERROR = "An internal server error occurred";
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * The whole body.
   *
   * @param times as the store minted them: run, queue and total time in seconds with three
   *     decimals, then the queue's length, with spaces between
   */
  public String body(String times) {
    return body(head, times, tail);
  }

  /** The same, of a reply whose two parts come from elsewhere. */
  public static String body(String head, String times, String tail) {
    String[] words = times.split(" ", 4);
    return head
        + "\"run_time\":"
        + words[0]
        + ",\"queue_time\":"
        + words[1]
        + ",\"total_time\":"
        + words[2]
        + ",\"queue_length\":"
        + words[3]
        + tail;
  }

  /** Bytes of the body, at most: its times counted as long as they ever are. */
  public long bytes() {
    return EscapedText.utf8Bytes(head) + EscapedText.utf8Bytes(tail) + LONGEST_TIMES;
  }

  /** Who speaks: one process of one build on one queue. */
  public record Speaker(long pid, long queueId, String buildNumber) {}

  /**
   * Whose reply it is.
   *
   * @param id the caller's own name for the job, or null
   * @param wide what it leaves beside its result; null for a job of {@link #ENDPOINT}
   * @param endpoint the route that it came by
   */
  public record About(
      UUID jobId, @Nullable String id, @Nullable WideResults wide, String endpoint) {

    /** A job that came alone: with more than its result by {@link #JOBS_ENDPOINT}. */
    public About(UUID jobId, @Nullable String id, @Nullable WideResults wide) {
      this(jobId, id, wide, wide == null ? ENDPOINT : JOBS_ENDPOINT);
    }

    /** A job that has left nothing, so far. */
    public static About of(Job job) {
      ExecutionRequest request = job.request();
      WideResults wide = request.wide() == null ? null : WideResults.NONE;
      return job.batch() == null
          ? new About(job.jobId(), request.id(), wide)
          : new About(job.jobId(), request.id(), wide, BATCHES_ENDPOINT);
    }

    /** The same job with what it leaves. */
    public About with(@Nullable WideResults results) {
      return new About(jobId, id, results, endpoint);
    }
  }

  /** The reply for an outcome. */
  public static Reply to(About about, Outcome outcome, Speaker speaker) {
    Wording wording = Wording.of(outcome);
    StringWriter head = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(head)) {
      json.writeStartObject();
      json.writeStringProperty("endpoint", about.endpoint());
      json.writeNumberProperty("code", wording.status());
      json.writeStringProperty("id", about.id());
      json.writeStringProperty("job_id", about.jobId().toString());
      json.writeName("response");
      writeResponse(json, outcome, about.wide());
      json.writeStringProperty("message", wording.message());
      json.writeNumberProperty("pid", speaker.pid());
      json.writeNumberProperty("queue_id", speaker.queueId());
      // Before the times, as a result is: what follows them has no JSON of a program's own.
      if (about.wide() != null && !(outcome instanceof Outcome.Succeeded)) {
        about.wide().write(json);
      }
      json.flush();
      return new Reply(
          wording.status(),
          outcome.state(),
          wording.reason(),
          head + ",",
          "," + tail(outcome, wording, speaker.buildNumber()));
    }
  }

  private static void writeResponse(
      JsonGenerator json, Outcome outcome, @Nullable WideResults wide) {
    if (!(outcome instanceof Outcome.Succeeded succeeded)) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeName("result");
    json.writeRawValue(succeeded.resultJson());
    writeOutput(json, succeeded.output());
    json.writeNumberProperty("exit_code", 0);
    if (wide != null) {
      wide.write(json);
    }
    json.writeEndObject();
  }

  private static String tail(Outcome outcome, Wording wording, String buildNumber) {
    StringWriter tail = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(tail)) {
      json.writeStartObject();
      json.writeStringProperty("build_number", buildNumber);
      if (wording.reason() != null) {
        json.writeStringProperty("error", wording.error());
        json.writeStringProperty("reason", wording.reason());
        writeSeedFields(json, outcome);
      }
      json.writeEndObject();
    }
    return tail.toString().substring(1);
  }

  private static void writeSeedFields(JsonGenerator json, Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      writeOutput(json, failed.output());
      json.writeNumberProperty("exit_code", 400);
      if (failed.processExitCode() != null) {
        json.writeNumberProperty("process_exit_code", failed.processExitCode());
      }
    } else if (outcome instanceof Outcome.TimedOut timedOut) {
      writeOutput(json, timedOut.output());
    } else if (outcome instanceof Outcome.Expired) {
      writeOutput(json, Output.NONE);
    } else {
      writeOutput(json, Output.NONE);
      json.writeNumberProperty("exit_code", outcome instanceof Outcome.GivenUp ? 500 : 400);
    }
  }

  private static void writeOutput(JsonGenerator json, Output output) {
    json.writeStringProperty("stdout", output.stdout());
    json.writeStringProperty("stderr", output.stderr());
    if (output.truncated()) {
      json.writeBooleanProperty("truncated", true);
    }
  }

  private record Wording(
      int status, @Nullable String reason, @Nullable String error, String message) {

    static Wording of(Outcome outcome) {
      if (outcome instanceof Outcome.Failed failed) {
        return failure(400, failed.reason(), failed.error());
      }
      if (outcome instanceof Outcome.TimedOut timedOut) {
        return failure(
            408, "timeout", "Execution timed out after " + timedOut.seconds() + " seconds");
      }
      if (outcome instanceof Outcome.Expired expired) {
        return failure(
            408, DEADLINE, "The job did not start within " + expired.seconds() + " seconds");
      }
      if (outcome instanceof Outcome.Cancelled) {
        return failure(400, "cancelled", "The job was cancelled");
      }
      if (outcome instanceof Outcome.GivenUp givenUp) {
        return new Wording(500, givenUp.reason(), INTERNAL_ERROR, givenUp.message());
      }
      return new Wording(200, null, null, "success");
    }

    private static Wording failure(int status, String reason, String error) {
      return new Wording(status, reason, error, error);
    }
  }
}
