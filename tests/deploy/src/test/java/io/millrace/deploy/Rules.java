package io.millrace.deploy;

import java.util.ArrayList;
import java.util.List;

/** All that must hold for an overlay: first that every object is of its type, then the rest. */
final class Rules {
  private static final Rule TYPES = new TypedRule();
  private static final Rule API_SERVER = new ApiServerRule();
  private static final List<Rule> BEYOND_TYPES =
      List.of(
          new ReferenceRule(),
          new PortRule(),
          new QueueAddressRule(),
          new QueueSecurityRule(),
          new EnvironmentRule(SettingNames.ofGateway(), SettingNames.ofWorker()),
          new AutoscalingRule(),
          new AvailabilityRule(),
          new ResourceRule(),
          new PodSecurityRule(),
          new SandboxRule(),
          new NetworkRule(),
          new IngressRule(),
          new SecretRule());

  private Rules() {}

  static List<String> violatedBy(Overlay overlay) {
    List<String> violations = new ArrayList<>();
    TYPES.check(overlay, violations::add);
    boolean typed = violations.isEmpty();
    if (typed) {
      API_SERVER.check(overlay, violations::add);
    }
    if (typed && overlay.workloads().noneMatch(each -> each.containers().isEmpty())) {
      BEYOND_TYPES.forEach(rule -> rule.check(overlay, violations::add));
    }
    return violations;
  }
}
