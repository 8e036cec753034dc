package io.millrace.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Autoscalers have a target that leaves its replicas to them, sensible bounds, and count a pod for
 * as many jobs as it has slots; disruption budgets always let one pod go.
 */
final class AutoscalingRule implements Rule {

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    List<Manifest> scaled = new ArrayList<>();
    autoscalers(overlay).forEach(each -> autoscaler(overlay, each, scaled, violations));
    overlay.of("PodDisruptionBudget").forEach(each -> budget(overlay, each, violations));
    overlay
        .of("Deployment")
        .filter(each -> !scaled.contains(each) && !each.body().path("spec").has("replicas"))
        .forEach(each -> violations.accept(each + " says no replicas and has no autoscaler"));
  }

  private static Stream<Manifest> autoscalers(Overlay overlay) {
    return Stream.concat(overlay.of("HorizontalPodAutoscaler"), overlay.of("ScaledObject"));
  }

  private static void autoscaler(
      Overlay overlay, Manifest scaler, List<Manifest> scaled, Consumer<String> violations) {
    JsonNode spec = scaler.body().path("spec");
    String target = spec.path("scaleTargetRef").path("name").asString();
    Manifest workload = overlay.find("Deployment", scaler.namespace(), target).orElse(null);
    if (workload == null) {
      violations.accept(scaler + " scales what is not there: " + target);
      return;
    }
    if (scaled.contains(workload)) {
      violations.accept(workload + " has two autoscalers");
    }
    scaled.add(workload);
    if (workload.body().path("spec").has("replicas")) {
      violations.accept(workload + " has replicas and an autoscaler: each apply would undo it");
    }
    int min = least(spec);
    int max = spec.path("maxReplicas").asInt(spec.path("maxReplicaCount").asInt(0));
    if (min < 1 || max < min) {
      violations.accept(scaler + " scales from " + min + " to " + max);
    }
    JsonNode fallback = spec.path("fallback").path("replicas");
    if (!fallback.isMissingNode() && (fallback.asInt() < min || fallback.asInt() > max)) {
      violations.accept(scaler + " falls back to " + fallback + " outside of its own bounds");
    }
    metrics(overlay, scaler, workload, violations);
  }

  private static int least(JsonNode spec) {
    return spec.path("minReplicas").asInt(spec.path("minReplicaCount").asInt(0));
  }

  private static void metrics(
      Overlay overlay, Manifest scaler, Manifest workload, Consumer<String> violations) {
    JsonNode spec = scaler.body().path("spec");
    String slots =
        Environment.of(overlay, workload, workload.containers().get(0))
            .get("MILLRACE_WORKER_SLOTS");
    List<String> targets = new ArrayList<>();
    JsonNode formula = spec.path("advanced").path("scalingModifiers");
    if (!formula.isMissingNode()) {
      targets.add(formula.path("target").asString());
      for (String operand : formula.path("formula").asString().split("\\W+")) {
        if (spec.path("triggers")
            .valueStream()
            .noneMatch(each -> each.path("name").asString("").equals(operand))) {
          violations.accept(scaler + " has a formula with an unknown trigger: " + operand);
        }
      }
    }
    for (JsonNode metric : spec.path("metrics")) {
      JsonNode value = metric.path("external").path("target").path("averageValue");
      if (!value.isMissingNode()) {
        targets.add(value.asString());
      }
      if (metric.path("type").asString().equals("Resource")
          && workload.containers().stream()
              .anyMatch(each -> !each.path("resources").path("requests").has("cpu"))) {
        violations.accept(scaler + " divides by a cpu request that is not there");
      }
    }
    for (String each : targets) {
      if (!each.equals(slots)) {
        violations.accept(
            scaler + " counts " + each + " jobs a pod, which has " + slots + " slots");
      }
    }
  }

  private static void budget(Overlay overlay, Manifest budget, Consumer<String> violations) {
    JsonNode spec = budget.body().path("spec");
    JsonNode away = spec.path("maxUnavailable");
    if (spec.has("minAvailable") == spec.has("maxUnavailable")) {
      violations.accept(budget + " needs either minAvailable or maxUnavailable");
    } else if (spec.has("minAvailable")) {
      int least =
          autoscalers(overlay)
              .filter(each -> each.namespace().equals(budget.namespace()))
              .mapToInt(each -> least(each.body().path("spec")))
              .min()
              .orElse(1);
      if (!spec.path("minAvailable").isNumber() || spec.path("minAvailable").asInt() >= least) {
        violations.accept(budget + " lets no pod go: a node with one can never be drained");
      }
    } else if (away.isNumber() ? away.asInt() < 1 : !away.asString().matches("[1-9][0-9]?%")) {
      violations.accept(budget + " lets no pod go: a node with one can never be drained");
    }
  }
}
