package io.millrace.gateway.compat.librechat;

import io.millrace.gateway.compat.ForeignDoor;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.reply.ExecutionReply;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How LibreChat's code API says no. Its paths stand between ours. */
@Component
@Speaks(ForeignSystem.LIBRECHAT)
final class LibreChatDoor implements ForeignDoor {

  static final String LISTING = "detail";

  private static final JsonMapper JSON = new JsonMapper();
  private static final String HEALTH = "/v1/health";
  private static final Pattern PATHS =
      Pattern.compile(
          "/v1/(exec|upload|health|download/.*|sessions/[^/]+/objects/[^/]+|files/[^/]+/[^/]+)");
  private static final Pattern SESSION = Pattern.compile("/v1/files/[^/]+");
  private static final int TOO_MANY = 429;

  @Override
  public boolean leadsTo(ServerHttpRequest request) {
    String path = request.getPath().value();
    return PATHS.matcher(path).matches()
        || request.getQueryParams().containsKey(LISTING) && SESSION.matcher(path).matches();
  }

  @Override
  public Optional<String> key(HttpHeaders head) {
    return ForeignDoor.authorization(head);
  }

  @Override
  public Optional<ResponseEntity<byte[]>> open(ServerHttpRequest request) {
    boolean asked =
        request.getPath().value().equals(HEALTH) && request.getMethod() == HttpMethod.GET;
    return asked
        ? Optional.of(
            ResponseEntity.ok()
                .contentType(MediaType.TEXT_PLAIN)
                .body("OK".getBytes(StandardCharsets.US_ASCII)))
        : Optional.empty();
  }

  @Override
  public ResponseEntity<byte[]> refusal(ExecutionReply reply) {
    int status = ForeignDoor.status(reply);
    ObjectNode body = JSON.createObjectNode();
    String retryAfter = reply.headers().get(HttpHeaders.RETRY_AFTER);
    if (status == TOO_MANY && retryAfter != null) {
      body.put("error", "rate_limited").put("retry_after_seconds", Long.parseLong(retryAfter));
    } else {
      body.put("error", JobReply.of(reply).message());
    }
    return ForeignDoor.json(ForeignDoor.answering(status, reply), body);
  }

  static ResponseEntity<byte[]> ok(JsonNode body) {
    return ForeignDoor.json(ResponseEntity.ok(), body);
  }
}
