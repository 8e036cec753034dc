package io.millrace.gateway.mcp;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties below {@code millrace.mcp}.
 *
 * @param maxOutput bytes of a program's output and result that a model is given; what is over is
 *     left out in the middle
 * @param progressBeat how often a client that asked for progress hears of it
 * @param hosts names under which browsers may reach the tool server; a page that came from another
 *     name may not use it, though its name may lead here
 * @param maxBatch messages in one batch
 */
@ConfigurationProperties("millrace.mcp")
public record McpSettings(
    @DefaultValue("20KB") DataSize maxOutput,
    @DefaultValue("500ms") Duration progressBeat,
    @DefaultValue({"localhost", "127.0.0.1", "[::1]"}) List<String> hosts,
    @DefaultValue("20") int maxBatch) {

  public McpSettings {
    hosts = List.copyOf(hosts);
    check(maxOutput.toBytes() >= 1024, "max-output", "1KB or more", maxOutput);
    check(progressBeat.toMillis() >= 10, "progress-beat", "10ms or more", progressBeat);
    check(
        hosts.stream().noneMatch(each -> each.contains("/") || each.matches("[^\\[]*:.*")),
        "hosts",
        "names or addresses without scheme and port",
        hosts);
    check(maxBatch >= 1, "max-batch", "1 or more", maxBatch);
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.mcp." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
