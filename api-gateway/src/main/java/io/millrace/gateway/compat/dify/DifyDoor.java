package io.millrace.gateway.compat.dify;

import io.millrace.gateway.compat.ForeignDoor;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.reply.ExecutionReply;
import java.util.Optional;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How Dify's sandbox says no, and that it is well. Its clients' keys are where ours are. */
@Component
@Speaks(ForeignSystem.DIFY)
final class DifyDoor implements ForeignDoor {

  static final String PATH = "/v1/sandbox";

  private static final JsonMapper JSON = new JsonMapper();
  private static final String HEALTH = "/health";
  private static final int UNAUTHORIZED = 401;
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  @Override
  public boolean leadsTo(ServerHttpRequest request) {
    String path = request.getPath().value();
    return path.startsWith(PATH + "/") || path.equals(HEALTH);
  }

  @Override
  public Optional<ResponseEntity<byte[]>> open(ServerHttpRequest request) {
    boolean asked =
        request.getPath().value().equals(HEALTH) && request.getMethod() == HttpMethod.GET;
    return asked
        ? Optional.of(ForeignDoor.json(ResponseEntity.ok(), JSON.stringNode("ok")))
        : Optional.empty();
  }

  @Override
  public ResponseEntity<byte[]> refusal(ExecutionReply reply) {
    int given = ForeignDoor.status(reply);
    boolean tooMany = given == TOO_MANY;
    ResponseEntity.BodyBuilder answer = ForeignDoor.answering(tooMany ? UNAVAILABLE : given, reply);
    if (given == UNAUTHORIZED) {
      return answer.build();
    }
    String message = tooMany ? "Too many requests" : JobReply.of(reply).message();
    return ForeignDoor.json(
        answer, body(tooMany ? -UNAVAILABLE : -given, message, JSON.nullNode()));
  }

  static ResponseEntity<byte[]> success(JsonNode data) {
    return ForeignDoor.json(ResponseEntity.ok(), body(0, "success", data));
  }

  private static ObjectNode body(int code, String message, JsonNode data) {
    ObjectNode body = JSON.createObjectNode().put("code", code).put("message", message);
    body.set("data", data);
    return body;
  }
}
