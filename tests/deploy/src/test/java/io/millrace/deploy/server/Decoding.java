package io.millrace.deploy.server;

import com.google.gson.annotations.SerializedName;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Whether each value is of the kind that the API server's decoder wants: where it wants a text, a
 * number or a boolean is refused, which YAML makes of what has no quotes.
 */
public final class Decoding {
  private static final String MODELS = "io.kubernetes.client.openapi.models.";

  private Decoding() {}

  /** The refusals of an object that has a model of that name in the Kubernetes client. */
  public static List<String> refusals(JsonNode object, String model) {
    List<String> refusals = new ArrayList<>();
    try {
      ofType(new Field("", object, refusals), Class.forName(MODELS + model));
    } catch (ClassNotFoundException e) {
      throw new LinkageError(model, e);
    }
    return refusals;
  }

  private static void ofType(Field field, Type type) {
    JsonNode node = field.node();
    if (node.isNull()) {
      return;
    }
    if (type instanceof ParameterizedType generic) {
      boolean map = generic.getRawType().equals(Map.class);
      Type inner = generic.getActualTypeArguments()[map ? 1 : 0];
      wants(field, map ? node.isObject() : node.isArray(), map ? "map" : "list");
      (map ? field.values() : field.each()).forEach(each -> ofType(each, inner));
    } else if (type.equals(String.class)) {
      wants(field, node.isString(), "text: put it into quotes");
    } else if (type.equals(Boolean.class)) {
      wants(field, node.isBoolean(), "boolean");
    } else if (type.equals(Integer.class)) {
      wants(field, node.isIntegralNumber() && node.canConvertToInt(), "number of 32 bits");
    } else if (type.equals(Long.class)) {
      wants(field, node.isIntegralNumber() && node.canConvertToLong(), "number of 64 bits");
    } else if (type instanceof Class<?> model && model.getName().startsWith(MODELS)) {
      wants(field, node.isObject(), "map");
      fields(field, model);
    }
  }

  private static void fields(Field field, Class<?> model) {
    for (var each : model.getDeclaredFields()) {
      SerializedName name = each.getAnnotation(SerializedName.class);
      if (name != null && !Modifier.isStatic(each.getModifiers())) {
        Field child = field.at(name.value());
        if (child.isThere()) {
          ofType(child, each.getGenericType());
        }
      }
    }
  }

  private static void wants(Field field, boolean right, String what) {
    if (!right) {
      field.refuse("must be a " + what);
    }
  }
}
