package io.millrace.outbound;

import java.util.Arrays;
import java.util.List;

/** The hosts that one job may reach, and no others. Immutable. */
public final class AllowList {

  /** No host at all. */
  public static final AllowList NOTHING = new AllowList(List.of());

  /** Each job carries its list. */
  private static final int MOST = 256;

  private final List<HostPattern> patterns;

  private AllowList(List<HostPattern> patterns) {
    this.patterns = List.copyOf(patterns);
  }

  /**
   * Reads patterns; empty texts between them do not count.
   *
   * @throws IllegalArgumentException with a sentence that names the first that is none
   */
  public static AllowList parse(List<String> texts) {
    List<HostPattern> patterns =
        texts.stream().filter(text -> !text.isBlank()).map(HostPattern::parse).distinct().toList();
    if (patterns.size() > MOST) {
      throw new IllegalArgumentException(
          patterns.size() + " hosts are more than the " + MOST + " that a list may have");
    }
    return new AllowList(patterns);
  }

  /** Whether no host may be reached. */
  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** Whether a connection to it may be asked for; what its name means is checked later. */
  public boolean allows(Destination wanted) {
    return patterns.stream().anyMatch(pattern -> pattern.allows(wanted));
  }

  /** Whether every host and port of the pattern may be reached. */
  public boolean covers(HostPattern narrower) {
    return Arrays.stream(narrower.ports())
        .allMatch(port -> patterns.stream().anyMatch(pattern -> pattern.covers(narrower, port)));
  }

  /** The patterns, each in its one form. */
  public List<String> texts() {
    return patterns.stream().map(HostPattern::toString).toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AllowList that && patterns.equals(that.patterns);
  }

  @Override
  public int hashCode() {
    return patterns.hashCode();
  }

  @Override
  public String toString() {
    return String.join(", ", texts());
  }
}
