package io.millrace.deploy;

import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.boot.convert.DurationStyle;
import tools.jackson.databind.JsonNode;

/** A proxy waits longer than any caller may, hands on what it reads, and sends no job twice. */
final class IngressRule implements Rule {
  private static final String NGINX = "nginx.ingress.kubernetes.io/";
  private static final long NGINX_SECONDS = 60;

  /** {@code millrace.gateway.max-wait} where nothing is set. */
  private static final String MAX_WAIT = "1h";

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay.of("Ingress").forEach(each -> check(overlay, each, violations));
  }

  private static void check(Overlay overlay, Manifest ingress, Consumer<String> violations) {
    JsonNode annotations = ingress.body().path("metadata").path("annotations");
    Duration wait = longestWait(overlay);
    for (String timeout : new String[] {"proxy-read-timeout", "proxy-send-timeout"}) {
      Duration proxy = Duration.ofSeconds(annotations.path(NGINX + timeout).asLong(NGINX_SECONDS));
      if (proxy.compareTo(wait) <= 0) {
        violations.accept(
            ingress
                + " cuts off callers that wait: "
                + timeout
                + " is "
                + proxy.toSeconds()
                + " s, and MILLRACE_GATEWAY_MAXWAIT "
                + wait.toSeconds()
                + " s");
      }
    }
    for (String off : new String[] {"proxy-buffering", "proxy-next-upstream"}) {
      if (!annotations.path(NGINX + off).asString("on").equals("off")) {
        violations.accept(ingress + " must have " + off + " off");
      }
    }
  }

  private static Duration longestWait(Overlay overlay) {
    Manifest gateway =
        overlay
            .of("Deployment")
            .filter(each -> each.name().equals("gateway"))
            .findFirst()
            .orElseThrow();
    String given =
        Environment.of(overlay, gateway, gateway.containers().get(0))
            .get("MILLRACE_GATEWAY_MAXWAIT");
    return DurationStyle.detectAndParse(given.isEmpty() ? MAX_WAIT : given);
  }
}
