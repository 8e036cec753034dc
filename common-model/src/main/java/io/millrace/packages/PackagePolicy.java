package io.millrace.packages;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which distributions may be asked for by name; what those depend on comes along. Immutable.
 *
 * @param any whether all may
 * @param names normalised; those that may where not all may
 */
public record PackagePolicy(boolean any, Set<String> names) {

  /** None may be asked for. */
  public static final PackagePolicy OFF = new PackagePolicy(false, Set.of());

  /** All may be asked for. */
  public static final PackagePolicy ANY = new PackagePolicy(true, Set.of());

  /** What {@link #parse} reads, for messages. */
  public static final String WANTED = "off, any, or names of distributions with %s between";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?");

  public PackagePolicy {
    names = Set.copyOf(names);
  }

  /**
   * Reads {@code off}, {@code any} or a list.
   *
   * @param separator what is between two names
   * @throws IllegalArgumentException for anything else
   */
  public static PackagePolicy parse(String text, char separator) {
    switch (text.strip()) {
      case "", "off" -> {
        return OFF;
      }
      case "any" -> {
        return ANY;
      }
      default -> {}
    }
    Set<String> names = new TreeSet<>();
    for (String name : text.split(Pattern.quote(String.valueOf(separator)))) {
      if (name.isBlank()) {
        continue;
      }
      if (!NAME.matcher(name.strip()).matches()) {
        throw new IllegalArgumentException(
            "must be " + WANTED.formatted("'" + separator + "'") + ", but has " + name.strip());
      }
      names.add(Requirement.normalised(name.strip()));
    }
    return new PackagePolicy(false, names);
  }

  /** What this and the other allow both. */
  public PackagePolicy narrowedBy(PackagePolicy other) {
    if (other.any) {
      return this;
    }
    Set<String> both = new TreeSet<>(other.names);
    if (!any) {
      both.retainAll(names);
    }
    return new PackagePolicy(false, both);
  }

  /** Whether nothing may be asked for. */
  public boolean isOff() {
    return !any && names.isEmpty();
  }

  /** Whether this one may be. */
  public boolean allows(Requirement requirement) {
    return any || names.contains(requirement.name());
  }
}
