package io.millrace.e2e.soak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** A soak on one page of Markdown. */
public final class Summary {

  /** Growth from the first third of a soak to the last that counts as flat, with a small slack. */
  private static final double FLAT = 1.25;

  private static final long SLACK = 10;

  private final long seed;
  private final List<Act> acts;

  Summary(long seed, List<Act> acts) {
    this.seed = seed;
    this.acts = List.copyOf(acts);
  }

  /** Whether the checker held in every act and nothing grew. */
  public boolean isClean() {
    return acts.stream().allMatch(Act::clean) && growing().isEmpty();
  }

  /** The page. */
  public String markdown() {
    StringBuilder page = new StringBuilder();
    page.append("# Soak: a random fault a minute\n\n");
    page.append(
        "%d minutes, seed %d (`./millrace chaos --minutes %d --seed %d`), two gateways, two workers of two slots, one broker, one Redis.%n%n"
            .formatted(acts.size(), seed, acts.size(), seed));
    page.append(
        "%d of %d acts clean; growing: %s.%n%n"
            .formatted(
                acts.stream().filter(Act::clean).count(),
                acts.size(),
                growing().isEmpty() ? "nothing" : String.join(", ", growing())));
    page.append("| minute | fault | ready again | what became of the jobs |\n|---|---|---|---|\n");
    for (Act act : acts) {
      page.append(
          "| %d | %s | %.1f s | %s |%n"
              .formatted(
                  act.number(),
                  act.fault(),
                  act.recovery().toMillis() / 1000.0,
                  act.found().replace('\n', ' ').replace("|", "\\|")));
    }
    vitals(page);
    return page.toString();
  }

  private void vitals(StringBuilder page) {
    List<String> roles = roles();
    page.append(
        "\nHeld when all is quiet, after a full collection: heap in MiB / threads / descriptors / processes below; a role that was killed begins anew.\n\n");
    page.append("| minute | ").append(String.join(" | ", roles)).append(" | Redis keys |\n");
    page.append("|---".repeat(roles.size() + 2)).append("|\n");
    for (Act act : acts) {
      page.append("| ").append(act.number());
      for (String role : roles) {
        Vitals.OfRole of = act.vitals().roles().get(role);
        page.append(
            of == null
                ? " | "
                : " | %d / %d / %d / %d"
                    .formatted(of.heapMiB(), of.threads(), of.descriptors(), of.below()));
      }
      page.append(" | ").append(act.vitals().redisKeys()).append(" |\n");
    }
  }

  private List<String> roles() {
    return acts.isEmpty() ? List.of() : List.copyOf(acts.get(0).vitals().roles().keySet());
  }

  /** What the last third has clearly more of than the first. */
  private List<String> growing() {
    List<String> growing = new ArrayList<>();
    for (String role : roles()) {
      check(growing, role + "'s heap", act -> of(act, role).heapMiB());
      check(growing, role + "'s threads", act -> of(act, role).threads());
      check(growing, role + "'s descriptors", act -> of(act, role).descriptors());
      check(growing, "processes below " + role, act -> of(act, role).below());
    }
    // Results live for minutes: the first third is still filling up.
    if (acts.size() >= 15) {
      check(growing, "Redis keys", act -> act.vitals().redisKeys());
    }
    return growing;
  }

  private static Vitals.OfRole of(Act act, String role) {
    Vitals.OfRole vitals = act.vitals().roles().get(role);
    return vitals == null ? new Vitals.OfRole(0, 0, 0, 0) : vitals;
  }

  private void check(List<String> growing, String what, ToLongFunction<Act> value) {
    int third = acts.size() / 3;
    if (third == 0) {
      return;
    }
    long first = median(acts.subList(0, third), value);
    long last = median(acts.subList(acts.size() - third, acts.size()), value);
    if (last > first * FLAT + SLACK) {
      growing.add(what + " from " + first + " to " + last);
    }
  }

  private static long median(List<Act> part, ToLongFunction<Act> value) {
    long[] sorted = part.stream().mapToLong(value).sorted().toArray();
    return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElse(0);
  }
}
