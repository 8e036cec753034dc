package io.millrace.deploy;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What goes to a Kafka or a Redis outside of the cluster is encrypted, for a server that is known
 * by its certificate, and says who it is by a Secret.
 */
final class QueueSecurityRule implements Rule {
  private static final Pattern MECHANISM = Pattern.compile("SCRAM-SHA-(256|512)|OAUTHBEARER");

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay
        .of("Deployment")
        .forEach(
            each -> {
              Environment environment = Environment.of(overlay, each, each.containers().get(0));
              if (!isInside(environment.get("SPRING_KAFKA_BOOTSTRAP_SERVERS"))) {
                kafka(each, environment, violations);
              }
              if (!isInside(environment.get("SPRING_DATA_REDIS_HOST"))) {
                redis(each, environment, violations);
              }
            });
  }

  private static boolean isInside(String addresses) {
    return List.of(addresses.split(",")).stream().allMatch(it -> it.matches(".+\\.svc(:[0-9]+)?"));
  }

  private static void kafka(Manifest role, Environment has, Consumer<String> violations) {
    if (!has.get("SPRING_KAFKA_SECURITY_PROTOCOL").equals("SASL_SSL")) {
      violations.accept(role + " speaks to Kafka in plain text, or as nobody");
    }
    if (!MECHANISM.matcher(has.get("SPRING_KAFKA_PROPERTIES_SASL_MECHANISM")).matches()) {
      violations.accept(role + " shows Kafka its password");
    }
    if (!has.get("SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG").startsWith("Secret ")) {
      violations.accept(role + " has no credentials for Kafka");
    }
    trusts(role, has, has.get("SPRING_KAFKA_SSL_BUNDLE"), "Kafka", violations);
  }

  private static void redis(Manifest role, Environment has, Consumer<String> violations) {
    if (!has.get("SPRING_DATA_REDIS_PASSWORD").startsWith("Secret ")) {
      violations.accept(role + " has no credentials for Redis");
    }
    trusts(role, has, has.get("SPRING_DATA_REDIS_SSL_BUNDLE"), "Redis", violations);
  }

  /** The bundle is there, and its certificate lies on a volume of the pod. */
  private static void trusts(
      Manifest role, Environment has, String bundle, String whom, Consumer<String> violations) {
    String file =
        has.get(
                "SPRING_SSL_BUNDLE_PEM_%s_TRUSTSTORE_CERTIFICATE"
                    .formatted(bundle.toUpperCase(Locale.ROOT)))
            .replaceFirst("^file:", "");
    boolean mounted =
        role.containers()
            .get(0)
            .path("volumeMounts")
            .valueStream()
            .map(each -> each.path("mountPath").asString() + "/")
            .anyMatch(file::startsWith);
    if (bundle.isEmpty() || !mounted) {
      violations.accept(role + " has no certificate to know " + whom + " by");
    }
  }
}
