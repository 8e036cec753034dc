package io.millrace.gateway.compat.piston;

import io.millrace.gateway.compat.ForeignDoor;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.reply.ExecutionReply;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Piston's own way to say no. It has no keys; those who front it with some use Authorization. */
@Component
@Speaks(ForeignSystem.PISTON)
final class PistonDoor implements ForeignDoor {

  static final String PATH = "/api/v2";

  private static final JsonMapper JSON = new JsonMapper();
  private static final int TOO_MANY = 429;
  private static final int UNSUPPORTED_MEDIA = 415;

  @Override
  public boolean leadsTo(ServerHttpRequest request) {
    return request.getPath().value().startsWith(PATH + "/");
  }

  @Override
  public Optional<String> key(HttpHeaders head) {
    return ForeignDoor.authorization(head);
  }

  @Override
  public ResponseEntity<byte[]> refusal(ExecutionReply reply) {
    ResponseEntity.BodyBuilder answer = ForeignDoor.answering(ForeignDoor.status(reply), reply);
    if (reply.status() == TOO_MANY) {
      return answer.contentType(MediaType.APPLICATION_JSON).body(reply.body());
    }
    String message =
        reply.status() == UNSUPPORTED_MEDIA
            ? "requests must be of type application/json"
            : JobReply.of(reply).message();
    return ForeignDoor.json(answer, JSON.createObjectNode().put("message", message));
  }

  static ResponseEntity<byte[]> answer(int status, JsonNode body) {
    return ForeignDoor.json(ResponseEntity.status(status), body);
  }
}
