package io.millrace.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Nobody has a privilege that he was not to have, and where one is used it is allowed to be. */
final class PodSecurityRule implements Rule {
  private static final Set<String> ONLY_IN_PRIVILEGED =
      Set.of("worker", "builder", "seccomp-installer");

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay
        .workloads()
        .forEach(
            workload -> {
              List<String> found = new ArrayList<>();
              pod(workload, found);
              workload.containers().forEach(each -> container(workload, each, found));
              namespace(overlay, workload, found);
              found.forEach(each -> violations.accept(workload + ": " + each));
            });
    overlay
        .of("ServiceAccount")
        .filter(each -> each.body().path("automountServiceAccountToken").asBoolean(true))
        .forEach(each -> violations.accept(each + " hands out a token"));
  }

  private static void pod(Manifest workload, List<String> found) {
    JsonNode pod = workload.podSpec();
    if (pod.path("automountServiceAccountToken").asBoolean(true)) {
      found.add("automountServiceAccountToken is not false");
    }
    if (pod.path("enableServiceLinks").asBoolean(true)) {
      found.add("enableServiceLinks is not false: addresses would be read as settings");
    }
    for (String each : List.of("hostNetwork", "hostPID", "hostIPC")) {
      if (pod.path(each).asBoolean(false)) {
        found.add(each + " is on");
      }
    }
    JsonNode context = pod.path("securityContext");
    boolean installer = workload.name().equals("seccomp-installer");
    if (!installer && !context.path("runAsNonRoot").asBoolean(false)) {
      found.add("runAsNonRoot is not true");
    }
    if (!installer && context.path("runAsUser").asInt(0) == 0) {
      found.add("runAsUser is root");
    }
    if (context.path("seccompProfile").isMissingNode()) {
      found.add("seccompProfile is missing");
    }
    if (!workload.kind().equals("DaemonSet")
        && pod.path("terminationGracePeriodSeconds").isMissingNode()) {
      found.add("terminationGracePeriodSeconds is missing");
    }
  }

  private static void container(Manifest workload, JsonNode container, List<String> found) {
    JsonNode context = container.path("securityContext");
    if (context.path("allowPrivilegeEscalation").asBoolean(true)) {
      found.add("allowPrivilegeEscalation is not false");
    }
    if (context.path("privileged").asBoolean(false)) {
      found.add("privileged is on");
    }
    if (!context.path("capabilities").path("drop").toString().equals("[\"ALL\"]")
        || context.path("capabilities").has("add")) {
      found.add("capabilities are not: drop ALL, add none");
    }
    if (container.path("image").asString().contains("millrace/")
        && !context.path("readOnlyRootFilesystem").asBoolean(false)) {
      found.add("readOnlyRootFilesystem is not true");
    }
    if (container.path("image").asString().matches("([^./]+/)*millrace/.*")) {
      found.add("the image is in no registry, where only its owner could put it");
    }
    if (!container.path("image").asString().matches(".+:[^:/]+")
        || container.path("image").asString().endsWith(":latest")) {
      found.add("the image has no version: " + container.path("image"));
    }
    if (context.path("procMount").asString("Default").equals("Unmasked")
        && workload.podSpec().path("hostUsers").asBoolean(true)) {
      found.add("procMount is Unmasked without hostUsers: false");
    }
  }

  private static void namespace(Overlay overlay, Manifest workload, List<String> found) {
    String level =
        overlay
            .find("Namespace", "", workload.namespace())
            .map(
                it ->
                    it.body()
                        .path("metadata")
                        .path("labels")
                        .path("pod-security.kubernetes.io/enforce")
                        .asString(""))
            .orElse("");
    if (level.equals("privileged")) {
      if (!ONLY_IN_PRIVILEGED.contains(workload.name())) {
        found.add("only workers belong into a privileged namespace");
      }
    } else if (!level.equals("restricted")) {
      found.add("its namespace enforces no Pod Security level");
    } else if (needsPrivilegedNamespace(workload)) {
      found.add("needs what the level restricted of its namespace refuses");
    }
  }

  private static boolean needsPrivilegedNamespace(Manifest workload) {
    JsonNode context = workload.podSpec().path("securityContext");
    return context.path("appArmorProfile").path("type").asString("").equals("Unconfined")
        || context.path("seccompProfile").path("type").asString("").equals("Unconfined")
        || workload.podSpec().path("volumes").valueStream().anyMatch(it -> it.has("hostPath"))
        || workload.containers().stream()
            .anyMatch(it -> it.path("securityContext").has("procMount"));
  }
}
