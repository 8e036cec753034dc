package io.millrace.deploy.server;

/** Services. */
final class Services {
  private Services() {}

  static void check(Field spec) {
    spec.at("type").oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
    spec.at("sessionAffinity").oneOf("None", "ClientIP");
    Meta.labels(spec.at("selector"));
    boolean headless = spec.at("clusterIP").text().equals("None");
    String type = spec.at("type").text();
    if (type.equals("ExternalName")) {
      spec.at("externalName").requiredAs(Form.SUBDOMAIN);
    } else if (!headless) {
      spec.at("ports").required();
    }
    if (headless && (type.equals("NodePort") || type.equals("LoadBalancer"))) {
      spec.at("clusterIP").refuse("is not allowed for the type " + type);
    }
    Field ports = spec.at("ports");
    boolean many = ports.node().size() > 1;
    ports.each().forEach(each -> port(each, many, type));
    ports.unique("name");
    ports.unique("port", "protocol");
  }

  private static void port(Field port, boolean many, String type) {
    if (many) {
      port.at("name").required();
    }
    port.at("name").is(Form.LABEL);
    port.at("port").required();
    port.at("port").within(1, 65535);
    port.at("protocol").oneOf("TCP", "UDP", "SCTP");
    port.at("targetPort").isPort();
    port.at("appProtocol").is(Form.QUALIFIED);
    if (port.at("nodePort").isThere() && !type.equals("NodePort") && !type.equals("LoadBalancer")) {
      port.at("nodePort").refuse("is not allowed for the type ClusterIP");
    }
  }
}
