package io.millrace.packages;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One requirement by name, <a href="https://peps.python.org/pep-0508/">PEP 508</a>.
 *
 * @param name of the distribution, normalised: lower case, runs of {@code -}, {@code _} and {@code
 *     .} as one dash (<a href="https://peps.python.org/pep-0503/#normalized-names">PEP 503</a>)
 * @param text the requirement in one spelling: the normalised name, then extras and versions in
 *     order, then the marker. It is safe as an argument of pip: it begins with a letter or a digit,
 *     and no name that was normalised is taken for a file's
 */
public record Requirement(String name, String text) {

  private static final int LONGEST = 1000;
  private static final String NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
  private static final String VERSION = "(?:===|~=|==|!=|<=|>=|<|>)\\s*[A-Za-z0-9._*+!-]+";
  private static final String VERSIONS = VERSION + "(?:\\s*,\\s*" + VERSION + ")*\\s*,?";

  /** Words, quoted texts, comparisons and brackets: pip reads their grammar, and what it means. */
  private static final String MARKER =
      "(?:[a-z_.]+|'[^'\\\\\\r\\n]*'|\"[^\"\\\\\\r\\n]*\"|[<>=!~]=?=?|[()]|[ \\t])++";

  private static final Pattern FORM =
      Pattern.compile(
          "\\s*(?<name>%1$s)\\s*(?:\\[\\s*(?<extras>(?:%1$s(?:\\s*,\\s*%1$s)*)?)\\s*\\])?\\s*(?:(?<versions>%2$s)|\\(\\s*(?<bracketed>%2$s)\\s*\\))?\\s*(?:;\\s*(?<marker>%3$s))?\\s*"
              .formatted(NAME, VERSIONS, MARKER));

  private static final Pattern DIRECT =
      Pattern.compile("\\s*(?:-.*|[./~\\\\].*|[^;'\"]*(?:@|/|\\\\|://).*)", Pattern.DOTALL);
  private static final Pattern SEPARATORS = Pattern.compile("[-_.]+");

  /** What is wrong with a text that should be a requirement. */
  public static final class BadRequirementException extends Exception {

    private static final long serialVersionUID = 1L;
    private final boolean direct;

    private BadRequirementException(String message, boolean direct) {
      super(message);
      this.direct = direct;
    }

    /** Whether it names a place to install from, or is an option of pip's, in place of a name. */
    public boolean isDirect() {
      return direct;
    }
  }

  /**
   * Reads a requirement.
   *
   * @throws BadRequirementException with a sentence that says what to change
   */
  public static Requirement parse(String written) throws BadRequirementException {
    Matcher found = FORM.matcher(written);
    if (written.length() > LONGEST) {
      throw new BadRequirementException(
          "a requirement may have " + LONGEST + " characters at most", false);
    }
    if (DIRECT.matcher(written).matches()) {
      throw new BadRequirementException(
          shown(written)
              + " is no requirement by name: options, URLs, paths and direct references (@) are"
              + " refused; write a distribution's name with its versions, such as pandas>=2",
          true);
    }
    if (!found.matches()) {
      throw new BadRequirementException(
          shown(written) + " is no requirement of PEP 508, such as pandas>=2", false);
    }
    String name = normalised(found.group("name"));
    String versions = found.group(found.group("versions") == null ? "bracketed" : "versions");
    String marker = found.group("marker");
    return new Requirement(
        name,
        name
            + extras(found.group("extras"))
            + String.join(",", parts(versions))
            + (marker == null ? "" : "; " + marker.strip()));
  }

  /** The one spelling of a distribution's name. */
  public static String normalised(String name) {
    return SEPARATORS.matcher(name).replaceAll("-").toLowerCase(Locale.ROOT);
  }

  private static String extras(@Nullable String extras) {
    List<String> names = parts(extras);
    return names.isEmpty() ? "" : "[" + String.join(",", names) + "]";
  }

  private static List<String> parts(@Nullable String list) {
    TreeSet<String> parts = new TreeSet<>();
    for (String part : (list == null ? "" : list).split(",")) {
      String bare = part.replaceAll("\\s+", "");
      if (!bare.isEmpty()) {
        parts.add(bare);
      }
    }
    return new ArrayList<>(parts);
  }

  private static String shown(String written) {
    String plain = written.replaceAll("\\p{Cntrl}", " ").strip();
    return "'" + (plain.length() > 80 ? plain.substring(0, 80) + "…" : plain) + "'";
  }
}
