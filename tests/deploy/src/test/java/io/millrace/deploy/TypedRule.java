package io.millrace.deploy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.kubernetes.client.custom.QuantityFormatException;
import io.kubernetes.client.openapi.JSON;
import io.millrace.deploy.server.Decoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Every object has a type that is known here, no field that the type does not have, every field
 * that it must have, and values that can be read as what they are.
 */
final class TypedRule implements Rule {
  private static final String MODELS = "io.kubernetes.client.openapi.models.";

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("v1 ConfigMap", "V1ConfigMap"),
          Map.entry("v1 Namespace", "V1Namespace"),
          Map.entry("v1 Secret", "V1Secret"),
          Map.entry("v1 Service", "V1Service"),
          Map.entry("v1 ServiceAccount", "V1ServiceAccount"),
          Map.entry("apps/v1 DaemonSet", "V1DaemonSet"),
          Map.entry("apps/v1 Deployment", "V1Deployment"),
          Map.entry("apps/v1 StatefulSet", "V1StatefulSet"),
          Map.entry("autoscaling/v2 HorizontalPodAutoscaler", "V2HorizontalPodAutoscaler"),
          Map.entry("networking.k8s.io/v1 Ingress", "V1Ingress"),
          Map.entry("networking.k8s.io/v1 NetworkPolicy", "V1NetworkPolicy"),
          Map.entry("node.k8s.io/v1 RuntimeClass", "V1RuntimeClass"),
          Map.entry("policy/v1 PodDisruptionBudget", "V1PodDisruptionBudget"));

  private static final Map<String, Schema> CUSTOM =
      Map.of(
          "keda.sh/v1alpha1 ScaledObject", schema("scaled-object.json"),
          "keda.sh/v1alpha1 TriggerAuthentication", schema("trigger-authentication.json"));

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    for (Manifest each : overlay.manifests()) {
      String type = each.body().path("apiVersion").asString() + " " + each.kind();
      if (CUSTOM.containsKey(type)) {
        Objects.requireNonNull(CUSTOM.get(type))
            .validate(each.body())
            .forEach(error -> violations.accept(each + ": " + error));
      } else if (TYPES.containsKey(type)) {
        typed(each, Objects.requireNonNull(TYPES.get(type)), violations);
      } else {
        violations.accept(each + " has a type that nobody checks: " + type);
      }
    }
  }

  private static void typed(Manifest manifest, String type, Consumer<String> violations) {
    try {
      Class<?> model = Class.forName(MODELS + type);
      JsonElement json = JsonParser.parseString(manifest.body().toString());
      model.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
      Objects.requireNonNull(JSON.getGson().fromJson(json, model));
      Decoding.refusals(manifest.body(), type)
          .forEach(refusal -> violations.accept(manifest + " is refused: " + refusal));
    } catch (InvocationTargetException e) {
      violations.accept(manifest + ": " + e.getCause());
    } catch (JsonParseException | IllegalArgumentException | QuantityFormatException e) {
      violations.accept(manifest + ": " + e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type, e);
    }
  }

  private static Schema schema(String name) {
    try (InputStream in =
        Objects.requireNonNull(TypedRule.class.getResourceAsStream("/schemas/" + name))) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(in, InputFormat.JSON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
