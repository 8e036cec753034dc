package io.millrace.deploy;

import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** What one object calls by name or by label is there, in the same namespace. */
final class ReferenceRule implements Rule {
  private static final Set<String> WITHOUT_NAMESPACE = Set.of("Namespace", "RuntimeClass");

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    for (Manifest each : overlay.manifests()) {
      if (!WITHOUT_NAMESPACE.contains(each.kind())
          && overlay.find("Namespace", "", each.namespace()).isEmpty()) {
        violations.accept(each + " lies in a namespace that is not there");
      }
    }
    overlay.workloads().forEach(each -> ownParts(overlay, each, violations));
    overlay.of("Service").forEach(each -> selects(overlay, each, "selector", violations));
    overlay
        .of("PodDisruptionBudget")
        .forEach(each -> selects(overlay, each, "selector", violations));
    overlay.of("NetworkPolicy").forEach(each -> selects(overlay, each, "podSelector", violations));
  }

  private static void ownParts(Overlay overlay, Manifest workload, Consumer<String> violations) {
    JsonNode selector = workload.body().path("spec").path("selector");
    if (selector.path("matchLabels").isEmpty() || !Selector.of(selector).matches(workload)) {
      violations.accept(workload + ": its selector is not a subset of its pods' labels");
    }
    for (JsonNode spread : workload.podSpec().path("topologySpreadConstraints")) {
      if (!Selector.of(spread.path("labelSelector")).matches(workload)) {
        violations.accept(workload + " spreads over other pods than its own");
      }
    }
    JsonNode account = workload.podSpec().path("serviceAccountName");
    if (!account.isMissingNode()) {
      exists(overlay, workload, "ServiceAccount", account.asString(), violations);
    }
    JsonNode service = workload.body().path("spec").path("serviceName");
    if (!service.isMissingNode()) {
      exists(overlay, workload, "Service", service.asString(), violations);
    }
    for (JsonNode volume : workload.podSpec().path("volumes")) {
      if (volume.has("configMap")) {
        String name = volume.path("configMap").path("name").asString();
        exists(overlay, workload, "ConfigMap", name, violations);
      }
    }
    for (JsonNode container : workload.containers()) {
      for (JsonNode from : container.path("envFrom")) {
        String name = from.path("configMapRef").path("name").asString();
        exists(overlay, workload, "ConfigMap", name, violations);
      }
    }
    volumes(workload, violations);
  }

  private static void volumes(Manifest workload, Consumer<String> violations) {
    Set<String> there = names(workload.podSpec().path("volumes"), "name");
    for (JsonNode claim : workload.body().path("spec").path("volumeClaimTemplates")) {
      there.add(claim.path("metadata").path("name").asString());
    }
    Set<String> mounted =
        workload.containers().stream()
            .flatMap(each -> names(each.path("volumeMounts"), "name").stream())
            .collect(Collectors.toSet());
    if (!mounted.equals(there)) {
      violations.accept(workload + " mounts " + mounted + ", but its volumes are " + there);
    }
  }

  private static Set<String> names(JsonNode list, String field) {
    return list.valueStream().map(each -> each.path(field).asString()).collect(Collectors.toSet());
  }

  private static void selects(
      Overlay overlay, Manifest each, String field, Consumer<String> violations) {
    JsonNode selector = each.body().path("spec").path(field);
    boolean everything = selector.isEmpty() && each.kind().equals("NetworkPolicy");
    boolean found =
        overlay
            .workloads()
            .filter(workload -> workload.namespace().equals(each.namespace()))
            .anyMatch(Selector.of(selector)::matches);
    if (!everything && !found) {
      violations.accept(each + " selects no pods: " + selector);
    }
  }

  private static void exists(
      Overlay overlay, Manifest from, String kind, String name, Consumer<String> violations) {
    if (overlay.find(kind, from.namespace(), name).isEmpty()) {
      violations.accept(from + " refers to a " + kind + " that is not there: " + name);
    }
  }

  /** A label selector in either of its two forms: plain labels, or matchLabels and expressions. */
  record Selector(Map<String, String> labels, JsonNode expressions) {

    static Selector of(JsonNode node) {
      boolean plain = !node.has("matchLabels") && !node.has("matchExpressions");
      return new Selector(
          Manifest.strings(plain ? node : node.path("matchLabels")), node.path("matchExpressions"));
    }

    boolean matches(Manifest workload) {
      Map<String, String> has = workload.podLabels();
      return has.entrySet().containsAll(labels.entrySet())
          && expressions.valueStream().allMatch(each -> in(each, has));
    }

    private static boolean in(JsonNode expression, Map<String, String> has) {
      String value = has.get(expression.path("key").asString());
      return expression.path("operator").asString().equals("In")
          && expression.path("values").valueStream().anyMatch(it -> it.asString().equals(value));
    }
  }
}
