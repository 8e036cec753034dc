package io.millrace.gateway.docs;

import io.millrace.gateway.request.RequestSchemas;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.springframework.boot.info.BuildProperties;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /openapi.json}: put together once, at the start. */
@RestController
final class OpenApiController {

  private static final JsonMapper JSON = new JsonMapper();

  private final byte[] description;

  OpenApiController(BuildProperties build) {
    ObjectNode api = (ObjectNode) read("/openapi.json");
    ((ObjectNode) api.get("info")).put("version", build.getVersion());
    ObjectNode schemas = (ObjectNode) api.at("/components/schemas");
    schemas.set("ExecutionRequest", RequestSchemas.plain().without(List.of("$schema", "$id")));
    schemas.set("BatchRequest", RequestSchemas.batch().without(List.of("$schema")));
    schemas.set("JobRequest", RequestSchemas.wide().without(List.of("$schema")));
    this.description = JSON.writeValueAsBytes(api);
  }

  @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
  byte[] describe() {
    return description;
  }

  private static JsonNode read(String name) {
    try (InputStream resource = OpenApiController.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException("No resource " + name);
      }
      return JSON.readTree(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
