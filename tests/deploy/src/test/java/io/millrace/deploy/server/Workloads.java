package io.millrace.deploy.server;

import io.kubernetes.client.custom.Quantity;
import java.util.List;

/** Deployments, StatefulSets and DaemonSets: what stands around their pods. */
final class Workloads {
  private static final int PROGRESS_DEADLINE_SECONDS = 600;

  private Workloads() {}

  static void deployment(Field spec) {
    template(spec, List.of());
    Field strategy = spec.at("strategy");
    strategy.at("type").oneOf("Recreate", "RollingUpdate");
    Field rolling = strategy.at("rollingUpdate");
    if (strategy.at("type").text().equals("Recreate") && rolling.isThere()) {
      rolling.refuse("is not allowed for Recreate");
    }
    rolling(rolling);
    counts(spec, "replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds");
    if (spec.at("progressDeadlineSeconds").node().asInt(PROGRESS_DEADLINE_SECONDS)
        <= spec.at("minReadySeconds").node().asInt(0)) {
      spec.at("progressDeadlineSeconds").refuse("must be more than minReadySeconds");
    }
  }

  static void daemonSet(Field spec) {
    template(spec, List.of());
    spec.at("updateStrategy").at("type").oneOf("RollingUpdate", "OnDelete");
    rolling(spec.at("updateStrategy").at("rollingUpdate"));
    counts(spec, "minReadySeconds", "revisionHistoryLimit");
  }

  static void statefulSet(Field spec) {
    Field claims = spec.at("volumeClaimTemplates");
    claims.each().forEach(Workloads::claim);
    template(spec, claims.each().map(each -> each.at("metadata").at("name").text()).toList());
    spec.at("podManagementPolicy").oneOf("OrderedReady", "Parallel");
    spec.at("serviceName").is(Form.SUBDOMAIN);
    Field strategy = spec.at("updateStrategy");
    strategy.at("type").oneOf("RollingUpdate", "OnDelete");
    if (strategy.at("type").text().equals("OnDelete") && strategy.at("rollingUpdate").isThere()) {
      strategy.at("rollingUpdate").refuse("is not allowed for OnDelete");
    }
    strategy.at("rollingUpdate").at("partition").within(0, Integer.MAX_VALUE);
    counts(spec, "replicas", "minReadySeconds", "revisionHistoryLimit");
  }

  private static void claim(Field claim) {
    claim.at("metadata").at("name").requiredAs(Form.SUBDOMAIN);
    Meta.labelsAndAnnotations(claim.at("metadata"));
    Field spec = claim.at("spec");
    spec.at("accessModes").required();
    spec.at("accessModes")
        .each()
        .forEach(
            each ->
                each.oneOf("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"));
    spec.at("storageClassName").is(Form.SUBDOMAIN);
    spec.at("volumeMode").oneOf("Block", "Filesystem");
    Field storage = spec.at("resources").at("requests").at("storage");
    storage.required();
    if (storage.isThere() && Quantity.fromString(storage.text()).getNumber().signum() <= 0) {
      storage.refuse("must be positive");
    }
  }

  private static void template(Field spec, List<String> claims) {
    Meta.selector(spec.at("selector"));
    Field template = spec.at("template");
    Field labels = template.at("metadata").at("labels");
    if (spec.at("selector").at("matchLabels").isEmpty()
        && spec.at("selector").at("matchExpressions").isEmpty()) {
      spec.at("selector").refuse("must not be empty");
    }
    spec.at("selector")
        .at("matchLabels")
        .values()
        .filter(
            each ->
                !labels
                    .at(each.path().substring("spec.selector.matchLabels.".length()))
                    .text()
                    .equals(each.text()))
        .forEach(each -> each.refuse("is no label of the template"));
    Meta.labelsAndAnnotations(template.at("metadata"));
    template.at("spec").at("restartPolicy").oneOf("Always");
    if (template.at("spec").at("activeDeadlineSeconds").isThere()) {
      template.at("spec").at("activeDeadlineSeconds").refuse("is not allowed");
    }
    Pods.check(template.at("spec"), claims);
  }

  private static void rolling(Field rolling) {
    Field away = rolling.at("maxUnavailable");
    Field more = rolling.at("maxSurge");
    away.isCountOrPercent(100);
    more.isCountOrPercent(Integer.MAX_VALUE);
    if (away.isZero() && more.isZero()) {
      away.refuse("must not be 0 when maxSurge is 0");
    }
  }

  private static void counts(Field spec, String... names) {
    for (String each : names) {
      spec.at(each).within(0, Integer.MAX_VALUE);
    }
  }
}
