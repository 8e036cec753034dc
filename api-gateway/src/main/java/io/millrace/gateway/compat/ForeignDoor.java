package io.millrace.gateway.compat;

import io.millrace.gateway.reply.ExecutionReply;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * How a foreign system's clients come in: where their keys are, what they may ask without one, and
 * in which words they are told no, whoever says it. Thread-safe.
 */
public interface ForeignDoor {

  /** Whether a path is this system's. */
  boolean leadsTo(ServerHttpRequest request);

  /** The key, where its clients put it; {@code x-api-key} is looked at anyway. */
  default Optional<String> key(HttpHeaders head) {
    return Optional.empty();
  }

  /** The answer to what needs no key. */
  default Optional<ResponseEntity<byte[]>> open(ServerHttpRequest request) {
    return Optional.empty();
  }

  /** A refusal without a job, in the system's own words. */
  ResponseEntity<byte[]> refusal(ExecutionReply reply);

  /** The one value of {@code Authorization}, with or without {@code Bearer} before it. */
  static Optional<String> authorization(HttpHeaders head) {
    var given = head.getOrEmpty(HttpHeaders.AUTHORIZATION);
    return given.size() == 1
        ? Optional.of(given.get(0).replaceFirst("(?i)^Bearer +", "").trim())
        : Optional.empty();
  }
}
