package io.millrace.deploy.server;

import io.kubernetes.client.custom.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;

/** The containers of a pod. */
final class Containers {
  private static final String RESOURCES =
      "cpu|memory|ephemeral-storage|hugepages-.+|[a-z0-9]([-a-z0-9.]*[a-z0-9])?/.+";

  private Containers() {}

  static void check(Field container, Field pod, Set<String> volumes) {
    container.at("name").requiredAs(Form.LABEL);
    container.at("image").required();
    if (!container.at("image").text().strip().equals(container.at("image").text())) {
      container.at("image").refuse("must not begin or end with a space");
    }
    container.at("imagePullPolicy").oneOf("Always", "Never", "IfNotPresent");
    container.at("terminationMessagePolicy").oneOf("File", "FallbackToLogsOnError");
    ports(container.at("ports"), pod);
    environment(container);
    mounts(container.at("volumeMounts"), volumes);
    resources(container.at("resources"));
    securityContext(container.at("securityContext"), pod);
    Probes.check(container, pod);
  }

  private static void ports(Field ports, Field pod) {
    ports.unique("name");
    for (Field each : ports.each().toList()) {
      each.at("name").is(Form.PORT_NAME);
      each.at("containerPort").required();
      each.at("containerPort").within(1, 65535);
      each.at("hostPort").within(1, 65535);
      each.at("protocol").oneOf("TCP", "UDP", "SCTP");
      if (pod.at("hostNetwork").isTrue()
          && each.at("hostPort").isThere()
          && !each.at("hostPort").text().equals(each.at("containerPort").text())) {
        each.at("hostPort").refuse("must be the containerPort on the host's network");
      }
    }
  }

  private static void environment(Field container) {
    for (Field each : container.at("env").each().toList()) {
      each.at("name").requiredAs(Form.VARIABLE);
      Field from = each.at("valueFrom");
      if (from.isThere()) {
        from.exactlyOneOf(
            List.of("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"));
        if (!each.at("value").isEmpty()) {
          from.refuse("is not allowed beside a value");
        }
        for (String kind : List.of("configMapKeyRef", "secretKeyRef")) {
          if (from.at(kind).isThere()) {
            from.at(kind).at("name").requiredAs(Form.SUBDOMAIN);
            from.at(kind).at("key").requiredAs(Form.KEY);
          }
        }
      }
    }
    for (Field each : container.at("envFrom").each().toList()) {
      each.exactlyOneOf(List.of("configMapRef", "secretRef"));
      each.at("prefix").is(Form.VARIABLE);
      each.values()
          .filter(source -> source.node().isObject())
          .forEach(source -> source.at("name").requiredAs(Form.SUBDOMAIN));
    }
  }

  private static void mounts(Field mounts, Set<String> volumes) {
    mounts.unique("mountPath");
    for (Field each : mounts.each().toList()) {
      each.at("name").required();
      if (!each.at("name").isEmpty() && !volumes.contains(each.at("name").text())) {
        each.at("name").refuse("is no volume of the pod");
      }
      each.at("mountPath").required();
      if (each.at("mountPath").text().contains(":")) {
        each.at("mountPath").refuse("must not have a colon");
      }
      each.at("subPath").is(Form.RELATIVE_PATH);
      each.at("mountPropagation").oneOf("None", "HostToContainer", "Bidirectional");
    }
  }

  private static void resources(Field resources) {
    Field limits = resources.at("limits");
    for (Field list : List.of(limits, resources.at("requests"))) {
      for (String name : list.names().toList()) {
        Field quantity = list.at(name);
        BigDecimal value = Quantity.fromString(quantity.text()).getNumber();
        if (!name.matches(RESOURCES)) {
          quantity.refuse("is no resource of a container");
        }
        if (value.signum() < 0) {
          quantity.refuse("must not be negative");
        }
        Field limit = limits.at(name);
        if (limit.isThere() && value.compareTo(Quantity.fromString(limit.text()).getNumber()) > 0) {
          quantity.refuse("must not be more than the limit");
        }
      }
    }
  }

  private static void securityContext(Field context, Field pod) {
    Pods.securityContext(context);
    Field escalation = context.at("allowPrivilegeEscalation");
    if (escalation.isThere() && !escalation.isTrue()) {
      boolean admin =
          context
              .at("capabilities")
              .at("add")
              .each()
              .anyMatch(each -> each.text().matches("(CAP_)?SYS_ADMIN"));
      if (context.at("privileged").isTrue() || admin) {
        escalation.refuse("must not be false for what is privileged or has SYS_ADMIN");
      }
    }
    Field proc = context.at("procMount");
    proc.oneOf("Default", "Unmasked");
    if (proc.text().equals("Unmasked") && pod.at("hostUsers").node().asBoolean(true)) {
      proc.refuse("needs hostUsers: false");
    }
  }
}
