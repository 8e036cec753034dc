package io.millrace.gateway.request;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes a request of a body: JSON, then the schema, then what no schema says. Thread-safe. */
@Component
public final class RequestValidator {

  private static final List<String> INTEGERS =
      List.of("timeout", "memory_mb", "start_within", "max_running");

  private static final JsonMapper JSON =
      JsonMapper.builder(JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build())
          .build();
  private static final int MOST_INPUTS = 10_000;
  private static final int MOST_NAMES = 64;
  private static final int LONGEST_INTEGER = 18;

  private final Schema schema = schema(RequestSchemas.plain());
  private final Schema jobsSchema = schema(RequestSchemas.wide());
  private final Schema batchSchema = schema(RequestSchemas.batch());

  /** The request, or every reason why this is none; the error has the id where there is one. */
  public Checked<ExecutionRequest> validate(byte[] body) {
    return StrictJson.read(body)
        .then(json -> checked(json, flaws(json, schema), () -> request(json, null)));
  }

  /** The same of the wider route, {@link io.millrace.job.Reply#JOBS_ENDPOINT}. */
  public Checked<ExecutionRequest> validateJob(byte[] body) {
    return StrictJson.read(body).then(this::validateJob);
  }

  /** The same of a body that was read already. */
  public Checked<ExecutionRequest> validateJob(JsonNode json) {
    return checked(json, flawsOfJob(json, jobsSchema), () -> request(json, inputs(json)));
  }

  /**
   * A valid batch.
   *
   * @param request of each of its jobs, without an input
   * @param inputs the JSON of each one's {@code input_data}
   * @param maxRunning how many of it run at once; 0 for no limit
   */
  public record Batch(ExecutionRequest request, List<String> inputs, int maxRunning) {}

  /** The same of many jobs at once, {@link io.millrace.job.Reply#BATCHES_ENDPOINT}. */
  public Checked<Batch> validateBatch(byte[] body) {
    return StrictJson.readApart(body, "inputs", MOST_INPUTS)
        .then(
            read -> {
              JsonNode json = read.json();
              return checked(json, flawsOfJob(json, batchSchema), () -> request(json, inputs(json)))
                  .then(
                      request ->
                          Checked.passed(new Batch(request, read.items(), maxRunning(json))));
            });
  }

  private static int maxRunning(JsonNode json) {
    return (int) Math.min(json.path("max_running").asLong(0), Integer.MAX_VALUE);
  }

  private static Checked<ExecutionRequest> checked(
      JsonNode json, List<String> flaws, Supplier<ExecutionRequest> request) {
    return flaws.isEmpty()
        ? Checked.passed(request.get())
        : Checked.refused(ApiError.invalid(Reasons.sentence(flaws)).withId(id(json)));
  }

  private static List<String> flawsOfJob(JsonNode json, Schema schema) {
    List<String> flaws = flaws(json, schema);
    return flaws.isEmpty() ? InputRules.flaws(json) : flaws;
  }

  private static List<String> flaws(JsonNode json, Schema schema) {
    if (json.isObject() && json.size() > MOST_NAMES) {
      JsonNode known = schema.getSchemaNode().path("properties");
      return List.of(
          "the object has "
              + json.size()
              + " properties, of which at most "
              + known.size()
              + " are known: "
              + String.join(", ", known.propertyNames()));
    }
    List<Error> errors = schema.validate(spelledAsInteger(json));
    return errors.isEmpty() ? unspeakable(json) : errors.stream().map(Reasons::of).toList();
  }

  /** 30.0 and 3e1 are the integer 30. */
  private static JsonNode spelledAsInteger(JsonNode json) {
    for (String name : INTEGERS) {
      JsonNode number = json.get(name);
      if (json instanceof ObjectNode object && number != null && number.isBigDecimal()) {
        object.replace(
            name, integer(number.decimalValue()).<JsonNode>map(LongNode::valueOf).orElse(number));
      }
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

  static boolean hasLoneSurrogate(String text) {
    return text.codePoints()
        .anyMatch(each -> each >= Character.MIN_SURROGATE && each <= Character.MAX_SURROGATE);
  }

  private static WideInputs inputs(JsonNode json) {
    JsonNode input = json.get("input");
    Map<String, String> env = new LinkedHashMap<>();
    json.path("env").properties().forEach(e -> env.put(e.getKey(), e.getValue().stringValue()));
    return new WideInputs(
        input == null ? null : JSON.writeValueAsString(input),
        text(json, "stdin"),
        texts(json.path("args")),
        env,
        json.path("files").valueStream().map(InputRules::given).toList(),
        json.has("outputs") ? texts(json.path("outputs")) : WideInputs.NONE.outputs(),
        integer(json, "memory_mb"),
        integer(json, "start_within"),
        json.has("network") ? texts(json.path("network").path("allow")) : null);
  }

  private static @Nullable Integer integer(JsonNode json, String name) {
    JsonNode number = json.get(name);
    return number == null ? null : (int) Math.min(number.longValue(), Integer.MAX_VALUE);
  }

  private static List<String> texts(JsonNode texts) {
    return texts.valueStream().map(JsonNode::stringValue).toList();
  }

  private static ExecutionRequest request(JsonNode json, @Nullable WideInputs wide) {
    return new ExecutionRequest(
        json.get("code").stringValue(),
        json.has("timeout") ? json.get("timeout").intValue() : ExecutionRequest.DEFAULT_TIMEOUT,
        text(json, "webhook_url"),
        text(json, "id"),
        wide,
        texts(json.path("dependencies")));
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

  private static Schema schema(JsonNode schema) {
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            registry ->
                registry.schemaRegistryConfig(
                    com.networknt.schema.SchemaRegistryConfig.builder()
                        .formatAssertionsEnabled(true)
                        .build()))
        .getSchema(schema);
  }
}
