package io.millrace.deploy;

import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Where pods are, everything is refused that no policy allows. Nothing comes into the workers'
 * namespace but a scrape of the management port, and workers reach no wide network; the gateway's
 * webhooks reach nothing private.
 */
final class NetworkRule implements Rule {
  private static final List<String> PRIVATE =
      List.of(
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.168.0.0/16");

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay
        .workloads()
        .map(Manifest::namespace)
        .distinct()
        .filter(each -> overlay.of("NetworkPolicy").noneMatch(it -> deniesAll(it, each)))
        .forEach(each -> violations.accept("namespace " + each + " has no policy that denies all"));
    overlay.of("NetworkPolicy").forEach(each -> policy(each, violations));
  }

  private static boolean deniesAll(Manifest policy, String namespace) {
    JsonNode spec = policy.body().path("spec");
    return policy.namespace().equals(namespace)
        && spec.path("podSelector").isEmpty()
        && spec.path("policyTypes").toString().equals("[\"Ingress\",\"Egress\"]")
        && spec.path("ingress").isEmpty()
        && spec.path("egress").isEmpty();
  }

  private static void policy(Manifest policy, Consumer<String> violations) {
    JsonNode spec = policy.body().path("spec");
    boolean workers = policy.namespace().equals("millrace-workers");
    for (JsonNode rule : spec.path("ingress")) {
      boolean scrape =
          rule.path("ports")
                  .valueStream()
                  .allMatch(it -> it.at("/port").asString().equals("management"))
              && !rule.path("ports").isEmpty()
              && !rule.path("from").isEmpty();
      if (workers && !scrape) {
        violations.accept(policy + " lets something in to the workers: " + rule);
      }
    }
    for (JsonNode rule : spec.path("egress")) {
      if (rule.path("to").isEmpty()) {
        violations.accept(policy + " lets out to everywhere");
      }
      for (JsonNode to : rule.path("to")) {
        wide(policy, to.path("ipBlock"), workers, violations);
      }
    }
  }

  private static void wide(
      Manifest policy, JsonNode block, boolean workers, Consumer<String> violations) {
    if (!block.path("cidr").asString("").endsWith("/0")) {
      return;
    }
    boolean forJobs = policy.name().equals("worker-network");
    if (workers && !forJobs) {
      violations.accept(policy + " lets workers out to everywhere");
    }
    List<String> except = block.path("except").valueStream().map(JsonNode::asString).toList();
    if (block.path("cidr").asString().startsWith("0.") && !except.containsAll(PRIVATE)) {
      violations.accept(policy + " lets webhooks or jobs out to private networks");
    }
  }
}
