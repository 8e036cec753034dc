package io.millrace.deploy;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** Every name in an environment is one that the program in the container reads. */
final class EnvironmentRule implements Rule {
  private final Map<String, Predicate<String>> readers;

  EnvironmentRule(SettingNames gateway, SettingNames worker) {
    readers =
        Map.of(
            "builder", worker::bind,
            "files", SettingNames::s3ProxyTakes,
            "gateway", gateway::bind,
            "kafka", SettingNames::brokerTakes,
            "worker", worker::bind);
  }

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay
        .workloads()
        .forEach(
            workload -> {
              Predicate<String> reads = readers.getOrDefault(workload.name(), name -> false);
              for (JsonNode container : workload.containers()) {
                Environment.of(overlay, workload, container).values().keySet().stream()
                    .filter(reads.negate())
                    .forEach(each -> violations.accept(workload + " does not read " + each));
              }
            });
  }
}
