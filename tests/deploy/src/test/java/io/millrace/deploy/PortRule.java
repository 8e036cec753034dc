package io.millrace.deploy;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A port that is spoken to is a port that somebody listens on. */
final class PortRule implements Rule {
  private static final List<String> PROBES =
      List.of("startupProbe", "livenessProbe", "readinessProbe");
  private static final Map<String, String> SETTING_OF_PORT =
      Map.of("http", "SERVER_PORT", "management", "MANAGEMENT_SERVER_PORT");

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay.workloads().forEach(each -> ownPorts(overlay, each, violations));
    overlay.of("Service").forEach(each -> service(overlay, each, violations));
    overlay.of("NetworkPolicy").forEach(each -> policy(overlay, each, violations));
    overlay.of("Ingress").forEach(each -> ingress(overlay, each, violations));
    overlay.of("ScaledObject").forEach(each -> scaler(overlay, each, violations));
  }

  private static void ownPorts(Overlay overlay, Manifest workload, Consumer<String> violations) {
    for (JsonNode container : workload.containers()) {
      for (String probe : PROBES) {
        for (String action : List.of("httpGet", "tcpSocket")) {
          JsonNode port = container.path(probe).path(action).path("port");
          if (!port.isMissingNode() && !has(container, port)) {
            violations.accept(workload + ": " + probe + " asks a port that is not there: " + port);
          }
        }
      }
      Environment environment = Environment.of(overlay, workload, container);
      for (JsonNode port : container.path("ports")) {
        String setting = SETTING_OF_PORT.get(port.path("name").asString(""));
        if (setting != null
            && !environment.get(setting).equals(port.path("containerPort").asString())) {
          violations.accept(
              workload
                  + ": "
                  + setting
                  + "="
                  + environment.get(setting)
                  + " but the port is "
                  + port);
        }
      }
    }
  }

  private static boolean has(JsonNode container, JsonNode port) {
    return container
        .path("ports")
        .valueStream()
        .anyMatch(
            each ->
                port.isNumber()
                    ? each.path("containerPort").asInt() == port.asInt()
                    : each.path("name").asString("").equals(port.asString()));
  }

  private static void service(Overlay overlay, Manifest service, Consumer<String> violations) {
    for (JsonNode port : service.body().path("spec").path("ports")) {
      JsonNode target = port.has("targetPort") ? port.path("targetPort") : port.path("port");
      if (selected(overlay, service, "selector").noneMatch(each -> has(each, target))) {
        violations.accept(service + " leads to a port that no pod has: " + target);
      }
    }
  }

  private static void policy(Overlay overlay, Manifest policy, Consumer<String> violations) {
    for (JsonNode rule : policy.body().path("spec").path("ingress")) {
      for (JsonNode port : rule.path("ports")) {
        if (selected(overlay, policy, "podSelector").noneMatch(it -> has(it, port.path("port")))) {
          violations.accept(policy + " opens a port that no pod has: " + port.path("port"));
        }
      }
    }
  }

  private static Stream<JsonNode> selected(Overlay overlay, Manifest from, String field) {
    ReferenceRule.Selector selector =
        ReferenceRule.Selector.of(from.body().path("spec").path(field));
    return overlay
        .workloads()
        .filter(each -> each.namespace().equals(from.namespace()) && selector.matches(each))
        .flatMap(each -> each.containers().stream());
  }

  private static void ingress(Overlay overlay, Manifest ingress, Consumer<String> violations) {
    for (JsonNode rule : ingress.body().path("spec").path("rules")) {
      for (JsonNode path : rule.path("http").path("paths")) {
        JsonNode backend = path.path("backend").path("service");
        String port = backend.path("port").path("name").asString("");
        boolean there =
            overlay
                .find("Service", ingress.namespace(), backend.path("name").asString())
                .filter(it -> names(it).anyMatch(port::equals))
                .isPresent();
        if (!there) {
          violations.accept(ingress + " leads to a service or port that is not there: " + backend);
        }
      }
    }
  }

  private static Stream<String> names(Manifest service) {
    return service
        .body()
        .path("spec")
        .path("ports")
        .valueStream()
        .map(each -> each.path("name").asString(""));
  }

  private static void scaler(Overlay overlay, Manifest scaler, Consumer<String> violations) {
    for (JsonNode trigger : scaler.body().path("spec").path("triggers")) {
      URI url = URI.create(trigger.path("metadata").path("url").asString());
      if (serviceAt(overlay, url.getHost(), url.getPort()).isEmpty()) {
        violations.accept(scaler + " asks where no service is: " + url);
      }
    }
  }

  /** The service behind a name that ends in {@code .svc}, when it has that port. */
  static Optional<Manifest> serviceAt(Overlay overlay, String host, int port) {
    String[] parts = host.split("\\.", -1);
    if (parts.length < 3 || !parts[2].equals("svc")) {
      return Optional.empty();
    }
    return overlay
        .find("Service", parts[1], parts[0])
        .filter(
            it ->
                it.body()
                    .path("spec")
                    .path("ports")
                    .valueStream()
                    .anyMatch(each -> each.path("port").asInt() == port));
  }
}
