package io.millrace.deploy.server;

import java.util.List;

/** Ingresses. */
final class Ingresses {
  private static final List<String> REFUSED_IN_PATHS = List.of("//", "/./", "/../", "%2f", "%2F");

  private Ingresses() {}

  static void check(Field spec) {
    spec.at("ingressClassName").is(Form.SUBDOMAIN);
    if (spec.at("rules").isEmpty() && !spec.at("defaultBackend").isThere()) {
      spec.refuse("must have rules or a defaultBackend");
    }
    if (spec.at("defaultBackend").isThere()) {
      backend(spec.at("defaultBackend"));
    }
    for (Field each : spec.at("tls").each().toList()) {
      each.at("hosts").each().forEach(host -> host.is(Form.HOST));
      each.at("secretName").is(Form.SUBDOMAIN);
    }
    for (Field each : spec.at("rules").each().toList()) {
      each.at("host").is(Form.HOST);
      if (each.at("http").isThere()) {
        each.at("http").at("paths").required();
        each.at("http").at("paths").each().forEach(Ingresses::path);
      }
    }
  }

  private static void path(Field rule) {
    Field path = rule.at("path");
    String type = rule.at("pathType").text();
    rule.at("pathType").required();
    rule.at("pathType").oneOf("Exact", "Prefix", "ImplementationSpecific");
    boolean checked = type.equals("Exact") || type.equals("Prefix");
    if (!path.text().startsWith("/") && (checked || !path.isEmpty())) {
      path.refuse("must be absolute");
    }
    if (checked
        && (REFUSED_IN_PATHS.stream().anyMatch(path.text()::contains)
            || path.text().endsWith("/.")
            || path.text().endsWith("/.."))) {
      path.refuse("must not go elsewhere");
    }
    backend(rule.at("backend"));
  }

  private static void backend(Field backend) {
    backend.exactlyOneOf(List.of("service", "resource"));
    if (backend.at("service").isThere()) {
      backend.at("service").at("name").requiredAs(Form.SERVICE);
      Field port = backend.at("service").at("port");
      port.exactlyOneOf(List.of("name", "number"));
      port.at("name").is(Form.PORT_NAME);
      port.at("number").within(1, 65535);
    }
  }
}
