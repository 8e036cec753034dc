package io.millrace.gateway.request;

import com.networknt.schema.Error;
import java.util.List;

/** Says what is wrong with a request: at most ten reasons and 600 characters, all of them plain. */
final class Reasons {

  private static final int MOST = 10;
  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_SENTENCE = 600;

  private Reasons() {}

  /** One violation of the schema: the field, and why. */
  static String of(Error error) {
    String field = error.getInstanceLocation().toString();
    String where = field.isEmpty() ? "the body" : plain(field.substring(1));
    String property = error.getProperty() == null ? "" : plain(error.getProperty());
    return switch (String.valueOf(error.getKeyword())) {
      case "additionalProperties" -> property + " is not a known property";
      case "required" -> property + " is missing";
      case "type" -> where + " must be of type " + error.getSchemaNode().asString();
      case "minimum" -> where + " must be at least " + error.getSchemaNode().asString();
      case "maximum" -> where + " must be at most " + error.getSchemaNode().asString();
      case "maxItems" -> where + " may have " + error.getSchemaNode().asString() + " items at most";
      case "minItems" ->
          where + " must have " + error.getSchemaNode().asString() + " item at least";
      case "maxProperties" ->
          where + " may have " + error.getSchemaNode().asString() + " properties at most";
      case "minLength" -> where + " must not be empty";
      case "maxLength" ->
          where + " may have " + error.getSchemaNode().asString() + " characters at most";
      case "enum" -> where + " must be one of " + error.getSchemaNode();
      case "format" -> where + " must be an absolute http(s) URL with a host";
      default -> where + " is against the schema";
    };
  }

  /** All reasons in one line. */
  static String sentence(List<String> reasons) {
    String all = String.join("; ", reasons.stream().limit(MOST).toList());
    String cut = all.length() > LONGEST_SENTENCE ? all.substring(0, LONGEST_SENTENCE) + "..." : all;
    return reasons.size() > MOST ? cut + "; and " + (reasons.size() - MOST) + " more" : cut;
  }

  /** A name of the caller's as it may be shown. */
  static String plain(String name) {
    String start = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "..." : name;
    return start.replaceAll("[^!#-\\[\\]-~ ]", "?");
  }
}
