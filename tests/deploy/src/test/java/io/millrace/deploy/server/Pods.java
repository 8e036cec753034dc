package io.millrace.deploy.server;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a pod is, but for its containers and volumes. */
final class Pods {
  private static final long HIGHEST_ID = Integer.MAX_VALUE;

  private Pods() {}

  static void check(Field pod, List<String> claims) {
    pod.at("dnsPolicy").oneOf("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
    pod.at("terminationGracePeriodSeconds").within(0, Integer.MAX_VALUE);
    pod.at("serviceAccountName").is(Form.SUBDOMAIN);
    pod.at("runtimeClassName").is(Form.SUBDOMAIN);
    pod.at("priorityClassName").is(Form.SUBDOMAIN);
    pod.at("hostname").is(Form.LABEL);
    pod.at("nodeName").is(Form.SUBDOMAIN);
    Meta.labels(pod.at("nodeSelector"));
    pod.at("imagePullSecrets").each().forEach(each -> each.at("name").requiredAs(Form.SUBDOMAIN));
    pod.at("tolerations").each().forEach(Pods::toleration);
    spread(pod.at("topologySpreadConstraints"));
    securityContext(pod.at("securityContext"));
    ownUsers(pod);
    Volumes.check(pod.at("volumes"));
    Set<String> volumes = new HashSet<>(claims);
    pod.at("volumes").each().forEach(each -> volumes.add(each.at("name").text()));
    pod.at("containers").required();
    for (String list : List.of("initContainers", "containers")) {
      pod.at(list).unique("name");
      pod.at(list).each().forEach(each -> Containers.check(each, pod, volumes));
    }
  }

  private static void toleration(Field toleration) {
    toleration.at("key").is(Form.QUALIFIED);
    toleration.at("operator").oneOf("Exists", "Equal");
    toleration.at("effect").oneOf("NoSchedule", "PreferNoSchedule", "NoExecute");
    boolean exists = toleration.at("operator").text().equals("Exists");
    if (exists && !toleration.at("value").isEmpty()) {
      toleration.at("value").refuse("must be empty when the operator is Exists");
    }
    if (toleration.at("tolerationSeconds").isThere()
        && !toleration.at("effect").text().equals("NoExecute")) {
      toleration
          .at("effect")
          .refuse("is not NoExecute: tolerationSeconds is allowed with NoExecute only");
    }
    if (toleration.at("key").isEmpty() && !exists) {
      toleration.at("operator").refuse("must be Exists when the key is empty");
    }
  }

  private static void spread(Field constraints) {
    constraints.unique("topologyKey", "whenUnsatisfiable");
    for (Field each : constraints.each().toList()) {
      each.at("maxSkew").required();
      each.at("maxSkew").within(1, Integer.MAX_VALUE);
      each.at("topologyKey").requiredAs(Form.QUALIFIED);
      each.at("whenUnsatisfiable").required();
      each.at("whenUnsatisfiable").oneOf("DoNotSchedule", "ScheduleAnyway");
      Meta.selector(each.at("labelSelector"));
      for (Field key : each.at("matchLabelKeys").each().toList()) {
        key.is(Form.QUALIFIED);
        if (each.at("labelSelector").at("matchLabels").at(key.text()).isThere()) {
          key.refuse("is in the selector too");
        }
      }
      Field least = each.at("minDomains");
      least.within(1, Integer.MAX_VALUE);
      if (least.isThere() && !each.at("whenUnsatisfiable").text().equals("DoNotSchedule")) {
        least.refuse("is allowed with DoNotSchedule only");
      }
    }
  }

  static void securityContext(Field context) {
    for (String each : List.of("runAsUser", "runAsGroup", "fsGroup")) {
      context.at(each).within(0, HIGHEST_ID);
    }
    context.at("supplementalGroups").each().forEach(each -> each.within(0, HIGHEST_ID));
    context.at("fsGroupChangePolicy").oneOf("OnRootMismatch", "Always");
    profile(context.at("seccompProfile"));
    profile(context.at("appArmorProfile"));
  }

  private static void profile(Field profile) {
    if (!profile.isThere()) {
      return;
    }
    profile.at("type").required();
    profile.at("type").oneOf("RuntimeDefault", "Localhost", "Unconfined");
    boolean local = profile.at("type").text().equals("Localhost");
    Field name = profile.at("localhostProfile");
    if (local) {
      name.requiredAs(Form.RELATIVE_PATH);
    } else if (name.isThere()) {
      name.refuse("is allowed for Localhost only");
    }
  }

  private static void ownUsers(Field pod) {
    if (pod.at("hostUsers").node().asBoolean(true)) {
      return;
    }
    for (String each : List.of("hostNetwork", "hostPID", "hostIPC")) {
      if (pod.at(each).isTrue()) {
        pod.at(each).refuse("is not allowed when hostUsers is false");
      }
    }
  }
}
