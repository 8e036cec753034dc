package io.millrace.gateway.request;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.job.ExecutionRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes a request of a body: JSON, then the schema, then what no schema says. Thread-safe. */
@Component
public final class RequestValidator {

  private static final String SCHEMA = "/request.schema.json";
  private static final int MOST_NAMES = 64;
  private static final int LONGEST_INTEGER = 18;

  private final Schema schema = load();

  /** The request, or every reason why this is none; the error has the id where there is one. */
  public Checked<ExecutionRequest> validate(byte[] body) {
    return StrictJson.read(body).then(this::validate);
  }

  private Checked<ExecutionRequest> validate(JsonNode json) {
    List<String> flaws = flaws(json);
    return flaws.isEmpty()
        ? Checked.passed(request(json))
        : Checked.refused(ApiError.invalid(Reasons.sentence(flaws)).withId(id(json)));
  }

  private List<String> flaws(JsonNode json) {
    if (json.isObject() && json.size() > MOST_NAMES) {
      return List.of(
          "the object has "
              + json.size()
              + " properties, of which at most 4 are known: code,"
              + " timeout, webhook_url, id");
    }
    List<Error> errors = schema.validate(spelledAsInteger(json));
    return errors.isEmpty() ? unspeakable(json) : errors.stream().map(Reasons::of).toList();
  }

  /** 30.0 and 3e1 are the integer 30. */
  private static JsonNode spelledAsInteger(JsonNode json) {
    JsonNode timeout = json.get("timeout");
    if (json instanceof ObjectNode object && timeout != null && timeout.isBigDecimal()) {
      object.replace(
          "timeout",
          integer(timeout.decimalValue()).<JsonNode>map(LongNode::valueOf).orElse(timeout));
    }
    return json;
  }

  /** One that no long holds is out of bounds like the largest that one does. */
  private static Optional<Long> integer(BigDecimal written) {
    BigDecimal plain = written.stripTrailingZeros();
    if (plain.scale() > 0) {
      return Optional.empty();
    }
    return Optional.of(
        (long) plain.precision() - plain.scale() > LONGEST_INTEGER
            ? plain.signum() * Long.MAX_VALUE
            : plain.longValueExact());
  }

  private static List<String> unspeakable(JsonNode request) {
    String code = request.get("code").stringValue();
    String id = text(request, "id");
    if (code.indexOf('\0') >= 0) {
      return List.of("code holds a NUL character, which Python refuses");
    }
    if (hasLoneSurrogate(code)) {
      return List.of("code holds a lone surrogate, which is no character");
    }
    return id != null && hasLoneSurrogate(id)
        ? List.of("id holds a lone surrogate, which is no character")
        : List.of();
  }

  private static boolean hasLoneSurrogate(String text) {
    return text.codePoints()
        .anyMatch(each -> each >= Character.MIN_SURROGATE && each <= Character.MAX_SURROGATE);
  }

  private static ExecutionRequest request(JsonNode json) {
    return new ExecutionRequest(
        json.get("code").stringValue(),
        json.has("timeout") ? json.get("timeout").intValue() : ExecutionRequest.DEFAULT_TIMEOUT,
        text(json, "webhook_url"),
        text(json, "id"));
  }

  private static @Nullable String id(JsonNode json) {
    String id = text(json, "id");
    return id != null && hasLoneSurrogate(id) ? null : id;
  }

  private static @Nullable String text(JsonNode json, String name) {
    return Optional.ofNullable(json.get(name))
        .filter(JsonNode::isString)
        .map(JsonNode::stringValue)
        .orElse(null);
  }

  private static Schema load() {
    try (InputStream resource = RequestValidator.class.getResourceAsStream(SCHEMA)) {
      if (resource == null) {
        throw new IllegalStateException("No resource " + SCHEMA);
      }
      return SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              registry ->
                  registry.schemaRegistryConfig(
                      com.networknt.schema.SchemaRegistryConfig.builder()
                          .formatAssertionsEnabled(true)
                          .build()))
          .getSchema(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
