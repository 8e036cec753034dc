package io.millrace.gateway.mcp;

import io.millrace.gateway.queue.StoreCalls;
import io.millrace.store.WorkerCards;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How the tool is described to a model, with what the workers say of themselves. */
@Component
final class ToolDefinition {

  private static final long MEGABYTE = DataSize.ofMegabytes(1).toBytes();

  private final WorkerCards cards;
  private final StoreCalls stores;
  private final McpSettings settings;
  private final ObjectNode plain = read();

  ToolDefinition(WorkerCards cards, StoreCalls stores, McpSettings settings) {
    this.cards = cards;
    this.stores = stores;
    this.settings = settings;
  }

  /** The definition as it is now; while no worker is heard, without what only workers know. */
  Mono<JsonNode> now() {
    return stores
        .run(cards::limits)
        .onErrorReturn(DataAccessException.class, Optional.empty())
        .onErrorReturn(RejectedExecutionException.class, Optional.empty())
        .map(limits -> with(limits.map(ToolDefinition::facts).orElse("")));
  }

  private JsonNode with(String facts) {
    ObjectNode definition = plain.deepCopy();
    return definition.put(
        "description",
        plain.path("description").asString()
            + facts
            + " Of longer output and results you get the beginning and the end, "
            + settings.maxOutput().toKilobytes()
            + " kB in all.");
  }

  /** Empty for a card that is of another build. */
  private static String facts(String card) {
    JsonNode facts;
    try {
      facts = McpMessage.JSON.readTree(card);
    } catch (JacksonException e) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    if (facts.has("python")) {
      text.append(" Python ").append(facts.path("python").asString());
      text.append(packages(facts)).append('.');
    }
    if (facts.has("memory")) {
      text.append(
          String.format(
              " A program may use %s of memory, %s for files, %d processes and threads, and %s each of"
                  + " stdout and stderr; its result may have %s of JSON.",
              size(facts.path("memory")),
              size(facts.path("scratch")),
              facts.path("processes").asInt(),
              size(facts.path("output")),
              size(facts.path("result"))));
    }
    return text.toString();
  }

  private static String packages(JsonNode facts) {
    JsonNode packages = facts.path("packages");
    if (packages.isEmpty()) {
      return ", with its standard library alone";
    }
    int more = facts.path("more_packages").asInt(0);
    return packages
            .valueStream()
            .map(JsonNode::asString)
            .collect(Collectors.joining(", ", " with ", ""))
        + (more > 0 ? " and " + more + " more packages" : "");
  }

  private static String size(JsonNode bytes) {
    long size = bytes.asLong();
    return size % MEGABYTE == 0 ? size / MEGABYTE + " MB" : size / 1024 + " kB";
  }

  private static ObjectNode read() {
    try (InputStream in = new ClassPathResource("mcp-tool.json").getInputStream()) {
      return (ObjectNode) McpMessage.JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the tool's definition is missing", e);
    }
  }
}
