package io.millrace.deploy.server;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What the API server says to an object that is created. */
public final class ApiServer {

  private ApiServer() {}

  /**
   * Each refusal names the field and what is wrong with it; empty when the object would be made.
   */
  public static List<String> refusals(JsonNode object) {
    Field root = new Field("", object, new ArrayList<>());
    Meta.check(root);
    Field spec = root.at("spec");
    switch (root.at("kind").text()) {
      case "Namespace" -> Meta.podSecurity(root.at("metadata").at("labels"));
      case "ConfigMap", "Secret" -> Data.check(root);
      case "Service" -> Services.check(spec);
      case "Deployment" -> Workloads.deployment(spec);
      case "StatefulSet" -> Workloads.statefulSet(spec);
      case "DaemonSet" -> Workloads.daemonSet(spec);
      case "NetworkPolicy" -> NetworkPolicies.check(spec);
      case "Ingress" -> Ingresses.check(spec);
      case "PodDisruptionBudget" -> Scaling.budget(spec);
      case "HorizontalPodAutoscaler" -> Scaling.autoscaler(spec);
      case "RuntimeClass" -> root.at("handler").requiredAs(Form.LABEL);
      case "ServiceAccount", "ScaledObject", "TriggerAuthentication" -> {
        // Nothing beyond their names and types; KEDA's have their bounds in their schema.
      }
      default -> root.at("kind").refuse("has no rules here");
    }
    return root.refusals();
  }
}
