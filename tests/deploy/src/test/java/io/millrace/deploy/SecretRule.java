package io.millrace.deploy;

import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Secrets come by reference alone, and the page that says how to make them knows each. */
final class SecretRule implements Rule {
  private static final Pattern SECRET =
      Pattern.compile("PASSWORD|SECRET|TOKEN|JAAS|CREDENTIAL|API_KEYS?$|PRIVATE");
  private static final String MANUAL = Project.text("docs/operations.md");

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay.of("Secret").forEach(each -> violations.accept(each + " is in the repository"));
    overlay
        .workloads()
        .forEach(
            workload -> {
              for (JsonNode container : workload.containers()) {
                Environment.of(overlay, workload, container)
                    .values()
                    .forEach((name, value) -> byReference(workload, name, value, violations));
              }
              workload
                  .podSpec()
                  .findValuesAsString("secretName")
                  .forEach(each -> known(workload, each, violations));
            });
    overlay
        .of("Ingress")
        .forEach(
            each ->
                each.body()
                    .findValuesAsString("secretName")
                    .forEach(secret -> known(each, secret, violations)));
    overlay
        .of("TriggerAuthentication")
        .forEach(
            each ->
                each.body()
                    .path("spec")
                    .path("secretTargetRef")
                    .forEach(ref -> known(each, ref.path("name").asString(), violations)));
  }

  private static void byReference(
      Manifest workload, String name, String value, Consumer<String> violations) {
    if (value.startsWith("Secret ")) {
      known(workload, value.substring("Secret ".length(), value.indexOf('/')), violations);
    } else if (SECRET.matcher(name).find() && !value.isEmpty()) {
      violations.accept(workload + " has a secret in plain text: " + name);
    }
  }

  private static void known(Manifest from, String secret, Consumer<String> violations) {
    String made = "-n " + from.namespace() + " create secret ";
    if (!MANUAL.contains(made + "generic " + secret + " ")
        && !MANUAL.contains(made + "tls " + secret + " ")) {
      violations.accept(
          "docs/operations.md does not say how to make " + from.namespace() + "/" + secret);
    }
  }
}
