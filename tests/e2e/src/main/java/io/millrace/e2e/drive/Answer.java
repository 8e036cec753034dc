package io.millrace.e2e.drive;

import java.net.http.HttpHeaders;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/** What a caller was told, if anything. */
public sealed interface Answer {

  /** From the request's first byte to the answer's last, or to the failure. */
  Duration took();

  /** An answer was read whole. */
  record Told(int status, HttpHeaders headers, JsonNode body, Duration took) implements Answer {

    /** The job's id, or the empty text. */
    public String jobId() {
      return body.path("job_id").asString("");
    }
  }

  /** Reset, refused, timed out, or not understood: nobody knows. */
  record Nothing(String why, Duration took) implements Answer {}
}
