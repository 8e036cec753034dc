package io.millrace.gateway.compat;

import io.millrace.gateway.reply.ExecutionReply;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

  /**
   * The status of a refusal: a job that goes on without its caller is nothing that these clients
   * know of.
   */
  static int status(ExecutionReply reply) {
    return reply.status() == 202 ? 503 : reply.status();
  }

  /** An answer with this status, and with what goes beside the reply. */
  static ResponseEntity.BodyBuilder answering(int status, ExecutionReply reply) {
    ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
    reply.headers().forEach(answer::header);
    return answer;
  }

  /** The answer with this body. */
  static ResponseEntity<byte[]> json(ResponseEntity.BodyBuilder answer, JsonNode body) {
    return answer
        .contentType(MediaType.APPLICATION_JSON)
        .body(JsonMapper.shared().writeValueAsBytes(body));
  }

  /** The one value of {@code Authorization}, with or without {@code Bearer} before it. */
  static Optional<String> authorization(HttpHeaders head) {
    var given = head.getOrEmpty(HttpHeaders.AUTHORIZATION);
    return given.size() == 1
        ? Optional.of(given.get(0).replaceFirst("(?i)^Bearer +", "").trim())
        : Optional.empty();
  }
}
