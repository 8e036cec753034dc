package io.millrace.deploy;

import java.util.ArrayList;
import java.util.List;

/** All that must hold for an overlay. */
final class Rules {
  private static final List<Rule> ALL =
      List.of(
          new TypedRule(),
          new ReferenceRule(),
          new PortRule(),
          new QueueAddressRule(),
          new EnvironmentRule(SettingNames.ofGateway(), SettingNames.ofWorker()),
          new AutoscalingRule(),
          new ResourceRule(),
          new PodSecurityRule(),
          new NetworkRule(),
          new SecretRule());

  private Rules() {}

  static List<String> violatedBy(Overlay overlay) {
    List<String> violations = new ArrayList<>();
    ALL.forEach(rule -> rule.check(overlay, violations::add));
    return violations;
  }
}
