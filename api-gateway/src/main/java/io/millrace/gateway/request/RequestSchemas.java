package io.millrace.gateway.request;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The schemas that requests are held against, and that the API's description shows. */
public final class RequestSchemas {

  private static final JsonMapper JSON = new JsonMapper();

  private RequestSchemas() {}

  /** Of the route of plain jobs: four properties, nothing else. */
  public static ObjectNode plain() {
    return read("/request.schema.json");
  }

  /** Of {@code /v1/jobs}: those and more. What both have is written down once. */
  public static ObjectNode wide() {
    ObjectNode more = read("/jobs.schema.json");
    ObjectNode both = plain();
    both.remove("$id");
    both.set("title", more.path("title"));
    ((ObjectNode) both.path("properties")).setAll((ObjectNode) more.path("properties"));
    return both;
  }

  /** Of {@code /v1/batches}: as of a job, with {@code inputs} in place of {@code input}. */
  public static ObjectNode batch() {
    ObjectNode more = read("/batches.schema.json");
    ObjectNode both = wide();
    both.set("title", more.path("title"));
    ObjectNode properties = (ObjectNode) both.path("properties");
    properties.remove("input");
    properties.setAll((ObjectNode) more.path("properties"));
    ((ArrayNode) both.path("required")).add("inputs");
    return both;
  }

  private static ObjectNode read(String name) {
    try (InputStream resource = RequestSchemas.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException("No resource " + name);
      }
      return (ObjectNode) JSON.readTree(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
