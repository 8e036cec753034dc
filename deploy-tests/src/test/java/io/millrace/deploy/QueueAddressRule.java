package io.millrace.deploy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Gateway and workers know the same Kafka and the same Redis, a broker and a Redis inside the
 * cluster are really there, and a network policy lets each role through to their ports.
 */
final class QueueAddressRule implements Rule {
  private static final String KAFKA = "SPRING_KAFKA_BOOTSTRAP_SERVERS";
  private static final String REDIS = "SPRING_DATA_REDIS_HOST";
  private static final String REDIS_PORT = "SPRING_DATA_REDIS_PORT";

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    Set<List<String>> known = new HashSet<>();
    for (String role : List.of("gateway", "worker")) {
      Manifest workload =
          overlay.workloads().filter(each -> each.name().equals(role)).findFirst().orElseThrow();
      Environment environment = Environment.of(overlay, workload, workload.containers().get(0));
      String redis = environment.get(REDIS) + ":" + environment.get(REDIS_PORT);
      known.add(List.of(environment.get(KAFKA), redis));
      for (String address : (environment.get(KAFKA) + "," + redis).split(",")) {
        reachable(overlay, workload, address, violations);
      }
    }
    if (known.size() > 1) {
      violations.accept("gateway and workers do not share a queue: " + known);
    }
  }

  private static void reachable(
      Overlay overlay, Manifest workload, String address, Consumer<String> violations) {
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, Math.max(colon, 0));
    if (host.isEmpty() || !address.substring(colon + 1).matches("[0-9]+")) {
      violations.accept(workload + " has no address of Kafka or Redis: " + address);
      return;
    }
    int port = Integer.parseInt(address.substring(colon + 1));
    if (host.endsWith(".svc") && PortRule.serviceAt(overlay, host, port).isEmpty()) {
      violations.accept(workload + " looks for " + address + ", where no service is");
    }
    boolean allowed =
        overlay
            .of("NetworkPolicy")
            .filter(each -> each.namespace().equals(workload.namespace()))
            .filter(
                each ->
                    ReferenceRule.Selector.of(each.body().path("spec").path("podSelector"))
                        .matches(workload))
            .flatMap(each -> each.body().path("spec").path("egress").valueStream())
            .flatMap(rule -> rule.path("ports").valueStream())
            .map(each -> each.path("port"))
            .filter(JsonNode::isNumber)
            .anyMatch(each -> each.asInt() == port);
    if (!allowed) {
      violations.accept("no network policy lets " + workload + " out to " + address);
    }
  }
}
