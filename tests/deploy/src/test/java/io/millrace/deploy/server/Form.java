package io.millrace.deploy.server;

import java.util.regex.Pattern;

/** What names and other short texts must look like. */
enum Form {
  LABEL("DNS label (RFC 1123)", "[a-z0-9]([-a-z0-9]*[a-z0-9])?", 63),
  SERVICE("DNS label that begins with a letter (RFC 1035)", "[a-z]([-a-z0-9]*[a-z0-9])?", 63),
  SUBDOMAIN(
      "DNS subdomain (RFC 1123)",
      "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
      253),
  HOST(
      "DNS name, with or without *. before it",
      "(?![0-9.]+$)(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
      253),
  QUALIFIED(
      "qualified name (prefix/name)",
      "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?",
      317),
  LABEL_VALUE("value of a label", "([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?", 63),
  PORT_NAME("name of a port", "(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?", 15),
  VARIABLE("name of a variable", "[-._a-zA-Z][-._a-zA-Z0-9]*", Integer.MAX_VALUE),
  KEY("key of a ConfigMap or Secret", "(?!\\.\\.)(?!\\.$)[-._a-zA-Z0-9]+", 253),
  PERCENT("percentage or number", "[0-9]+%", 10),
  PATH_SEGMENT("name without / and %", "(?!\\.{1,2}$)[^/%]+", Integer.MAX_VALUE),
  RELATIVE_PATH("relative path without ..", "(?!/)(?!(.*/)?\\.\\.(/|$)).+", 4096),
  ABSOLUTE_PATH("absolute path without ..", "(?!(.*/)?\\.\\.(/|$))/.*", 4096);

  private final String what;
  private final Pattern pattern;
  private final int longest;

  Form(String what, String pattern, int longest) {
    this.what = what;
    this.pattern = Pattern.compile(pattern);
    this.longest = longest;
  }

  String what() {
    return what;
  }

  boolean fits(String text) {
    return text.length() <= longest && pattern.matcher(text).matches();
  }
}
