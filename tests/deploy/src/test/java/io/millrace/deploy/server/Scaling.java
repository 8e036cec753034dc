package io.millrace.deploy.server;

import io.kubernetes.client.custom.Quantity;
import java.util.List;
import java.util.Locale;

/** Autoscalers and disruption budgets. */
final class Scaling {
  private static final List<String> SOURCES =
      List.of("resource", "containerResource", "pods", "object", "external");

  private Scaling() {}

  static void budget(Field spec) {
    Meta.selector(spec.at("selector"));
    if (spec.at("minAvailable").isThere() && spec.at("maxUnavailable").isThere()) {
      spec.refuse("must not have both minAvailable and maxUnavailable");
    }
    spec.at("minAvailable").isCountOrPercent(100);
    spec.at("maxUnavailable").isCountOrPercent(100);
    spec.at("unhealthyPodEvictionPolicy").oneOf("IfHealthyBudget", "AlwaysAllow");
  }

  static void autoscaler(Field spec) {
    spec.at("scaleTargetRef").at("kind").requiredAs(Form.PATH_SEGMENT);
    spec.at("scaleTargetRef").at("name").requiredAs(Form.PATH_SEGMENT);
    spec.at("maxReplicas").required();
    spec.at("maxReplicas").within(spec.at("minReplicas").node().asInt(1), Integer.MAX_VALUE);
    spec.at("minReplicas").within(1, Integer.MAX_VALUE);
    spec.at("metrics").each().forEach(Scaling::metric);
    behavior(spec.at("behavior"));
  }

  private static void metric(Field metric) {
    metric.at("type").required();
    metric.at("type").oneOf("Resource", "ContainerResource", "Pods", "Object", "External");
    metric.exactlyOneOf(SOURCES);
    String type = metric.at("type").text();
    if (!type.isEmpty()) {
      String field = type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
      Field source = metric.at(field);
      source.required();
      if (field.endsWith("esource")) {
        source.at("name").required();
      } else {
        source.at("metric").at("name").requiredAs(Form.PATH_SEGMENT);
        Meta.selector(source.at("metric").at("selector"));
      }
      target(source.at("target"), field.endsWith("esource"));
    }
  }

  private static void target(Field target, boolean ofResource) {
    target.at("type").required();
    target.at("type").oneOf("Utilization", "Value", "AverageValue");
    target.exactlyOneOf(
        ofResource
            ? List.of("averageUtilization", "averageValue")
            : List.of("value", "averageValue"));
    target.at("averageUtilization").within(1, Integer.MAX_VALUE);
    for (Field each : List.of(target.at("value"), target.at("averageValue"))) {
      if (each.isThere() && Quantity.fromString(each.text()).getNumber().signum() <= 0) {
        each.refuse("must be positive");
      }
    }
  }

  private static void behavior(Field behavior) {
    for (Field each : List.of(behavior.at("scaleUp"), behavior.at("scaleDown"))) {
      if (each.isThere()) {
        each.at("stabilizationWindowSeconds").within(0, 3600);
        each.at("selectPolicy").oneOf("Max", "Min", "Disabled");
        each.at("policies").required();
        for (Field policy : each.at("policies").each().toList()) {
          policy.at("type").required();
          policy.at("type").oneOf("Pods", "Percent");
          policy.at("value").required();
          policy.at("value").within(1, Integer.MAX_VALUE);
          policy.at("periodSeconds").required();
          policy.at("periodSeconds").within(1, 1800);
        }
      }
    }
  }
}
