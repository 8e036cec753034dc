package io.millrace.packages;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A set of Python versions, as {@code requires-python} says it (<a
 * href="https://packaging.python.org/en/latest/specifications/version-specifiers/">version
 * specifiers</a>). Of versions it knows the release, and whether it is one before or after it.
 */
public final class PythonVersions {

  private static final Pattern CLAUSE =
      Pattern.compile(
          "\\s*(?<op>===|~=|==|!=|<=|>=|<|>)\\s*v?(?<release>\\d{1,9}(?:\\.\\d{1,9})*)(?<rest>\\.\\*|[A-Za-z0-9._+-]*)\\s*");
  private static final Pattern VERSION =
      Pattern.compile("v?(?<release>\\d{1,9}(?:\\.\\d{1,9})*)(?<rest>.*)");

  /** {@code stage}: below 0 before the release, 0 the release, above it after. */
  private record Version(int[] release, int stage) implements Comparable<Version> {

    private static Version of(String release, String rest) {
      int stage = rest.matches("[.-]?(?i)post.*") ? 1 : rest.matches("[.-]?[A-Za-z].*") ? -1 : 0;
      return new Version(
          Arrays.stream(release.split("\\.")).mapToInt(Integer::parseInt).toArray(), stage);
    }

    @Override
    public int compareTo(Version other) {
      for (int i = 0; i < Math.max(release.length, other.release.length); i++) {
        int by = Integer.compare(part(i), other.part(i));
        if (by != 0) {
          return by;
        }
      }
      return Integer.compare(stage, other.stage);
    }

    private boolean beginsWith(int[] prefix, int length) {
      for (int i = 0; i < length; i++) {
        if (part(i) != prefix[i]) {
          return false;
        }
      }
      return true;
    }

    private int part(int index) {
      return index < release.length ? release[index] : 0;
    }
  }

  private record Clause(String op, Version version, boolean wildcard) {

    private boolean has(Version python) {
      int length = version.release.length;
      return switch (op) {
        case "==" -> wildcard ? python.beginsWith(version.release, length) : is(python);
        case "===" -> is(python);
        case "!=" -> wildcard ? !python.beginsWith(version.release, length) : !is(python);
        case "~=" ->
            python.compareTo(version) >= 0 && python.beginsWith(version.release, length - 1);
        case "<=" -> python.compareTo(version) <= 0;
        case ">=" -> python.compareTo(version) >= 0;
        case "<" -> python.compareTo(version) < 0;
        default -> python.compareTo(version) > 0;
      };
    }

    private boolean is(Version python) {
      return python.compareTo(version) == 0;
    }
  }

  private final List<Clause> clauses;

  private PythonVersions(List<Clause> clauses) {
    this.clauses = clauses;
  }

  /** Reads such as {@code >=3.9,<4}; empty for what is none. */
  public static Optional<PythonVersions> parse(String text) {
    List<Clause> clauses = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher clause = CLAUSE.matcher(part);
      if (part.isBlank()) {
        continue;
      }
      if (!clause.matches()) {
        return Optional.empty();
      }
      boolean wildcard = clause.group("rest").equals(".*");
      String op = clause.group("op");
      Version version = Version.of(clause.group("release"), wildcard ? "" : clause.group("rest"));
      boolean possible =
          wildcard
              ? op.equals("==") || op.equals("!=")
              : !op.equals("~=") || version.release.length > 1;
      if (!possible) {
        return Optional.empty();
      }
      clauses.add(new Clause(op, version, wildcard));
    }
    return Optional.of(new PythonVersions(List.copyOf(clauses)));
  }

  /** Whether a version is in it; one that cannot be read is. */
  public boolean contains(String python) {
    Matcher version = VERSION.matcher(python.strip());
    if (!version.matches()) {
      return true;
    }
    Version read = Version.of(version.group("release"), version.group("rest"));
    return clauses.stream().allMatch(clause -> clause.has(read));
  }
}
