package io.millrace.deploy.server;

import java.util.Map;
import java.util.Set;

/** Names, labels and annotations, and selectors of labels. */
final class Meta {
  private static final Map<String, Form> NAMES =
      Map.of("Namespace", Form.LABEL, "Service", Form.SERVICE);
  private static final Set<String> WITHOUT_NAMESPACE = Set.of("Namespace", "RuntimeClass");
  private static final int MOST_ANNOTATED = 256 << 10;
  private static final String POD_SECURITY = "pod-security.kubernetes.io/";

  private Meta() {}

  static void check(Field object) {
    Field metadata = object.at("metadata");
    String kind = object.at("kind").text();
    metadata.at("name").requiredAs(NAMES.getOrDefault(kind, Form.SUBDOMAIN));
    if (WITHOUT_NAMESPACE.contains(kind)) {
      if (metadata.at("namespace").isThere()) {
        metadata.at("namespace").refuse("is not allowed for a " + kind);
      }
    } else {
      metadata.at("namespace").requiredAs(Form.LABEL);
    }
    labelsAndAnnotations(metadata);
  }

  static void labelsAndAnnotations(Field metadata) {
    labels(metadata.at("labels"));
    Field annotations = metadata.at("annotations");
    keys(annotations);
    if (annotations.values().mapToInt(each -> each.text().length()).sum() > MOST_ANNOTATED) {
      annotations.refuse("has more than " + MOST_ANNOTATED + " bytes");
    }
  }

  static void labels(Field labels) {
    keys(labels);
    labels.values().forEach(each -> each.is(Form.LABEL_VALUE));
  }

  private static void keys(Field map) {
    map.names()
        .filter(key -> !Form.QUALIFIED.fits(key))
        .forEach(key -> map.at(key).refuse("has a key that is no " + Form.QUALIFIED.what()));
  }

  static void selector(Field selector) {
    labels(selector.at("matchLabels"));
    selector
        .at("matchExpressions")
        .each()
        .forEach(
            each -> {
              each.at("key").requiredAs(Form.QUALIFIED);
              each.at("operator").required();
              each.at("operator").oneOf("In", "NotIn", "Exists", "DoesNotExist");
              boolean wantsValues = each.at("operator").text().endsWith("In");
              if (each.at("values").isEmpty() == wantsValues) {
                each.at("values").refuse(wantsValues ? "is required" : "is not allowed");
              }
              each.at("values").each().forEach(value -> value.is(Form.LABEL_VALUE));
            });
  }

  /** By the admission of Pod Security, when the namespace is made. */
  static void podSecurity(Field labels) {
    for (String mode : new String[] {"enforce", "audit", "warn"}) {
      labels.at(POD_SECURITY + mode).oneOf("privileged", "baseline", "restricted");
      Field version = labels.at(POD_SECURITY + mode + "-version");
      if (version.isThere() && !version.text().matches("latest|v1\\.(0|[1-9][0-9]*)")) {
        version.refuse("is neither latest nor v1.x");
      }
    }
  }
}
