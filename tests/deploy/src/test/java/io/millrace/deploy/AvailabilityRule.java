package io.millrace.deploy;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * The pods of each role stay when a node goes or a version rolls: they are asked how they are, lie
 * on different nodes and zones, have a disruption budget, and leave only when others are there.
 */
final class AvailabilityRule implements Rule {
  /** Liveness asks for nothing outside: pods that are restarted bring no Kafka back. */
  private static final Map<String, String> PROBES =
      Map.of(
          "startupProbe", "/actuator/health/liveness",
          "livenessProbe", "/actuator/health/liveness",
          "readinessProbe", "/actuator/health/readiness");

  private static final List<String> SPREAD =
      List.of("topology.kubernetes.io/zone", "kubernetes.io/hostname");

  private static final List<String> GONE =
      List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
  private static final int MOST_SECONDS = 60;
  private static final int START_SECONDS = 300;

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay
        .of("Deployment")
        .forEach(
            each -> {
              probes(each, violations);
              spread(each, violations);
              budget(overlay, each, violations);
              rollout(each, violations);
              replacement(each, violations);
            });
  }

  private static void probes(Manifest deployment, Consumer<String> violations) {
    for (JsonNode container : deployment.containers()) {
      PROBES.forEach(
          (probe, path) -> {
            String asked = container.path(probe).path("httpGet").path("path").asString("nothing");
            if (!asked.equals(path)) {
              violations.accept(deployment + ": " + probe + " asks " + asked + ", not " + path);
            }
          });
      JsonNode start = container.path("startupProbe");
      if (start.path("periodSeconds").asInt(10) * start.path("failureThreshold").asInt(3)
          < START_SECONDS) {
        violations.accept(
            deployment + " is killed within " + START_SECONDS + " s of a start that is slow");
      }
    }
  }

  private static void spread(Manifest deployment, Consumer<String> violations) {
    for (String over : SPREAD) {
      if (deployment
          .podSpec()
          .path("topologySpreadConstraints")
          .valueStream()
          .noneMatch(each -> each.path("topologyKey").asString().equals(over))) {
        violations.accept(deployment + " is not spread over " + over);
      }
    }
  }

  private static void budget(Overlay overlay, Manifest deployment, Consumer<String> violations) {
    if (overlay
        .of("PodDisruptionBudget")
        .filter(each -> each.namespace().equals(deployment.namespace()))
        .map(each -> ReferenceRule.Selector.of(each.body().path("spec").path("selector")))
        .noneMatch(each -> each.matches(deployment))) {
      violations.accept(deployment + " has no disruption budget");
    }
  }

  /** Of pods on a node that is gone; five minutes when nothing is said. */
  private static void replacement(Manifest deployment, Consumer<String> violations) {
    for (String gone : GONE) {
      if (deployment
          .podSpec()
          .path("tolerations")
          .valueStream()
          .noneMatch(
              each ->
                  each.path("key").asString("").equals(gone)
                      && each.path("tolerationSeconds").asInt(Integer.MAX_VALUE) <= MOST_SECONDS)) {
        violations.accept(deployment + " waits long for a node that is gone: " + gone);
      }
    }
  }

  private static void rollout(Manifest deployment, Consumer<String> violations) {
    JsonNode away = deployment.body().at("/spec/strategy/rollingUpdate/maxUnavailable");
    if (!away.asString("").equals("0")) {
      violations.accept(deployment + " rolls with pods away: maxUnavailable is not 0");
    }
  }
}
