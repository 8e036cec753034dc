package io.millrace.deploy;

import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * A worker, or builder, that must prove the strong tier has all that this tier needs of its pod,
 * and one that need not has none of it.
 */
final class SandboxRule implements Rule {
  private record Need(String what, boolean met) {}

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay
        .of("Deployment")
        .filter(each -> List.of("worker", "builder").contains(each.name()))
        .forEach(each -> worker(overlay, each, violations));
  }

  private static void worker(Overlay overlay, Manifest worker, Consumer<String> violations) {
    JsonNode container = worker.containers().get(0);
    String tier = Environment.of(overlay, worker, container).get("MILLRACE_SANDBOX_REQUIRE");
    if (!List.of("strong", "fallback").contains(tier)) {
      violations.accept(worker + " requires no tier that there is: " + tier);
      return;
    }
    boolean strong = tier.equals("strong");
    for (Need need : needs(worker, container)) {
      if (need.met() != strong) {
        violations.accept(
            worker
                + " requires the tier "
                + tier
                + " and "
                + (strong ? "lacks " : "has ")
                + need.what());
      }
    }
  }

  private static List<Need> needs(Manifest worker, JsonNode container) {
    JsonNode context = worker.podSpec().path("securityContext");
    JsonNode seccomp = context.path("seccompProfile");
    return List.of(
        new Need("hostUsers: false", !worker.podSpec().path("hostUsers").asBoolean(true)),
        new Need(
            "procMount: Unmasked",
            container.at("/securityContext/procMount").asString("").equals("Unmasked")),
        new Need(
            "the workers' seccomp profile",
            seccomp.path("type").asString("").equals("Localhost")
                && seccomp
                    .path("localhostProfile")
                    .asString("")
                    .equals("profiles/millrace-worker.json")),
        new Need(
            "appArmorProfile: Unconfined",
            context.path("appArmorProfile").path("type").asString("").equals("Unconfined")));
  }
}
