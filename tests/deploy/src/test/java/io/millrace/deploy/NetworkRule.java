package io.millrace.deploy;

import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Where pods are, everything is refused that no policy allows. Nothing comes into the workers'
 * namespace but a scrape of the management port; workers reach no wide network, and builders one by
 * HTTPS alone; the gateway's webhooks reach nothing private.
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
        wide(policy, rule, to.path("ipBlock"), violations);
      }
    }
  }

  private static void wide(
      Manifest policy, JsonNode rule, JsonNode block, Consumer<String> violations) {
    if (!block.path("cidr").asString("").endsWith("/0")) {
      return;
    }
    if (ofBuilders(policy)) {
      if (!byHttpsAlone(rule)) {
        violations.accept(policy + " lets builders out by other ports than 443");
      }
    } else if (policy.namespace().equals("millrace-workers")
        && !policy.name().equals("worker-network")) {
      violations.accept(policy + " lets workers out to everywhere");
    }
    List<String> except = block.path("except").valueStream().map(JsonNode::asString).toList();
    if (block.path("cidr").asString().startsWith("0.") && !except.containsAll(PRIVATE)) {
      violations.accept(policy + " lets webhooks, jobs or builders out to private networks");
    }
  }

  private static boolean ofBuilders(Manifest policy) {
    return policy
        .body()
        .at("/spec/podSelector/matchLabels/app.kubernetes.io~1name")
        .asString("")
        .equals("builder");
  }

  private static boolean byHttpsAlone(JsonNode rule) {
    return !rule.path("ports").isEmpty()
        && rule.path("ports")
            .valueStream()
            .allMatch(each -> each.path("port").asString("").equals("443"));
  }
}
