package io.millrace.bench.part;

import io.millrace.bench.Endpoint;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Installation;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What became of jobs that were sent without waiting. */
final class Settled {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private Settled() {}

  static JsonNode body(Answer answer) {
    return JSON.readTree(answer.body());
  }

  /** Waits until nothing waits and nothing runs; throws when that takes too long. */
  static void await(Installation installation) throws InterruptedException {
    long begun = System.nanoTime();
    while (true) {
      JsonNode queue = installation.queue();
      if (queue.get("queue_length").asInt() == 0 && queue.get("running").asInt() == 0) {
        return;
      }
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        throw new IllegalStateException("the counters do not come back to 0: " + queue);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Whether the job ran to its end, and was started once. */
  static boolean doneOnce(Endpoint endpoint, String jobId) {
    JsonNode job = body(endpoint.ask("GET", "/v1/jobs/" + jobId));
    return job.path("state").asString("").equals("succeeded") && job.path("attempt").asInt() == 1;
  }

  /** Whether nobody knows the job. */
  static boolean neverWas(Endpoint endpoint, String jobId) {
    return endpoint.ask("GET", "/v1/jobs/" + jobId).status() == 404;
  }

  /** Milliseconds from accepted to started. */
  static double waited(Endpoint endpoint, String jobId) {
    JsonNode job = body(endpoint.ask("GET", "/v1/jobs/" + jobId));
    Instant accepted = Instant.parse(job.get("accepted_at").asString());
    Instant started = Instant.parse(job.get("started_at").asString());
    return Duration.between(accepted, started).toNanos() / 1e6;
  }
}
