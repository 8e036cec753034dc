package io.millrace.deploy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Gateway and workers know the same Kafka and the same Redis, a broker and a Redis inside the
 * cluster are really there, and network policies let each role through to their ports, the broker
 * to itself, and all of them to the cluster's DNS.
 */
final class QueueAddressRule implements Rule {
  private static final String KAFKA = "SPRING_KAFKA_BOOTSTRAP_SERVERS";
  private static final String REDIS = "SPRING_DATA_REDIS_HOST";
  private static final Set<String> ROLES = Set.of("gateway", "worker", "builder");
  private static final int DNS = 53;
  private static final String REDIS_PORT = "SPRING_DATA_REDIS_PORT";

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    Set<List<String>> known = new HashSet<>();
    for (Manifest workload :
        overlay.workloads().filter(each -> ROLES.contains(each.name())).toList()) {
      Environment environment = Environment.of(overlay, workload, workload.containers().get(0));
      String redis = environment.get(REDIS) + ":" + environment.get(REDIS_PORT);
      known.add(List.of(environment.get(KAFKA), redis));
      asksForNames(overlay, workload, violations);
      for (String address : (environment.get(KAFKA) + "," + redis).split(",")) {
        reachable(overlay, workload, address, violations);
      }
    }
    overlay
        .workloads()
        .filter(each -> each.name().equals("kafka"))
        .forEach(each -> reachesItself(overlay, each, violations));
    if (known.size() > 1) {
      violations.accept("gateway and workers do not share a queue: " + known);
    }
  }

  /** A broker looks for the coordinators of its share groups by the name that it advertises. */
  private static void reachesItself(Overlay overlay, Manifest kafka, Consumer<String> violations) {
    asksForNames(overlay, kafka, violations);
    String advertised =
        Environment.of(overlay, kafka, kafka.containers().get(0))
            .get("KAFKA_ADVERTISED_LISTENERS")
            .replaceFirst("^[A-Z_]+://", "");
    reachable(overlay, kafka, advertised, violations);
    int port = Integer.parseInt(advertised.substring(advertised.lastIndexOf(':') + 1));
    if (policies(overlay, kafka)
        .flatMap(each -> each.body().at("/spec/ingress").valueStream())
        .noneMatch(
            rule ->
                opens(rule, port)
                    && rule.path("from")
                        .valueStream()
                        .filter(from -> !from.has("namespaceSelector"))
                        .map(from -> ReferenceRule.Selector.of(from.path("podSelector")))
                        .anyMatch(from -> from.matches(kafka)))) {
      violations.accept(kafka + " does not let itself in");
    }
  }

  private static void asksForNames(
      Overlay overlay, Manifest workload, Consumer<String> violations) {
    if (policies(overlay, workload)
        .flatMap(each -> each.body().at("/spec/egress").valueStream())
        .noneMatch(rule -> opens(rule, DNS))) {
      violations.accept("no network policy lets " + workload + " ask for names");
    }
  }

  private static Stream<Manifest> policies(Overlay overlay, Manifest workload) {
    return overlay
        .of("NetworkPolicy")
        .filter(each -> each.namespace().equals(workload.namespace()))
        .filter(
            each ->
                ReferenceRule.Selector.of(each.body().at("/spec/podSelector")).matches(workload));
  }

  private static boolean opens(JsonNode rule, int port) {
    return rule.path("ports")
        .valueStream()
        .map(each -> each.path("port"))
        .anyMatch(each -> each.isNumber() && each.asInt() == port);
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
        policies(overlay, workload)
            .flatMap(each -> each.body().at("/spec/egress").valueStream())
            .anyMatch(rule -> opens(rule, port));
    if (!allowed) {
      violations.accept("no network policy lets " + workload + " out to " + address);
    }
  }
}
