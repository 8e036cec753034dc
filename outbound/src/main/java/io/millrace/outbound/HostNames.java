package io.millrace.outbound;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a host name must look like, and which names are never public. */
public final class HostNames {

  private static final int LONGEST = 253;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");

  /** Special-use domains, and suffixes that only private networks and clusters use. */
  private static final Set<String> PRIVATE_SUFFIXES =
      Set.of(
          "alt",
          "arpa",
          "consul",
          "corp",
          "home",
          "internal",
          "intranet",
          "invalid",
          "lan",
          "local",
          "localdomain",
          "mail",
          "onion",
          "private",
          "svc",
          "workgroup");

  private HostNames() {}

  /** The name in lower case without the dot of an absolute name. */
  public static String canonical(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Whether RFC 6761 makes the name loopback. */
  public static boolean isLocalhost(String name) {
    return name.equals("localhost") || name.endsWith(".localhost");
  }

  /** Whether only a private network would know the canonical name. */
  public static boolean isPrivate(String name) {
    int lastDot = name.lastIndexOf('.');
    return lastDot < 0 || PRIVATE_SUFFIXES.contains(name.substring(lastDot + 1));
  }

  /** Whether some parser would read the name as an IPv4 address: its last label is a number. */
  public static boolean endsInNumber(String name) {
    return NUMBER.matcher(name.substring(name.lastIndexOf('.') + 1)).matches();
  }

  /** What is wrong with the form of a canonical name. */
  public static Optional<String> malformation(String name) {
    if (name.isEmpty() || name.length() > LONGEST) {
      return Optional.of("a host name has 1 to " + LONGEST + " characters");
    }
    for (String label : name.split("\\.", -1)) {
      if (!LABEL.matcher(label).matches()) {
        return Optional.of("a host name consists of labels of letters, digits and hyphens");
      }
    }
    return Optional.empty();
  }
}
