package io.millrace.deploy.server;

import java.util.List;

/** What is asked of a container, and told to it before it ends. */
final class Probes {
  private static final List<String> COUNTS =
      List.of(
          "initialDelaySeconds",
          "timeoutSeconds",
          "periodSeconds",
          "successThreshold",
          "failureThreshold");
  private static final int DEFAULT_GRACE_SECONDS = 30;

  private Probes() {}

  static void check(Field container, Field pod) {
    for (String each : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      if (container.at(each).isThere()) {
        probe(container.at(each), each);
      }
    }
    for (String each : List.of("postStart", "preStop")) {
      Field handler = container.at("lifecycle").at(each);
      if (handler.isThere()) {
        handler.exactlyOneOf(List.of("exec", "httpGet", "tcpSocket", "sleep"));
        action(handler);
        int grace = pod.at("terminationGracePeriodSeconds").node().asInt(DEFAULT_GRACE_SECONDS);
        handler.at("sleep").at("seconds").within(1, grace);
      }
    }
  }

  private static void probe(Field probe, String kind) {
    probe.exactlyOneOf(List.of("exec", "httpGet", "tcpSocket", "grpc"));
    action(probe);
    COUNTS.forEach(each -> probe.at(each).within(0, Integer.MAX_VALUE));
    Field grace = probe.at("terminationGracePeriodSeconds");
    grace.within(1, Integer.MAX_VALUE);
    if (kind.equals("readinessProbe")) {
      if (grace.isThere()) {
        grace.refuse("is not allowed here");
      }
    } else if (probe.at("successThreshold").isThere()) {
      probe.at("successThreshold").within(1, 1);
    }
  }

  private static void action(Field handler) {
    if (handler.at("exec").isThere()) {
      handler.at("exec").at("command").required();
    }
    Field http = handler.at("httpGet");
    if (http.isThere()) {
      http.at("path").required();
      http.at("scheme").oneOf("HTTP", "HTTPS");
      http.at("httpHeaders").each().forEach(each -> each.at("name").required());
    }
    for (Field each : List.of(http, handler.at("tcpSocket"))) {
      if (each.isThere()) {
        each.at("port").required();
        each.at("port").isPort();
      }
    }
  }
}
