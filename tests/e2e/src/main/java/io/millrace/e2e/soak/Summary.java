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
  private final List<SoakMinute> minutes;

  Summary(long seed, List<SoakMinute> minutes) {
    this.seed = seed;
    this.minutes = List.copyOf(minutes);
  }

  /** Whether the checker held in every minute and nothing grew. */
  public boolean isClean() {
    return minutes.stream().allMatch(SoakMinute::clean) && growing().isEmpty();
  }

  /** The page. */
  public String markdown() {
    StringBuilder page = new StringBuilder();
    page.append("# Soak: a random fault a minute\n\n");
    page.append(
        "%d minutes, seed %d (`./millrace chaos --minutes %d --seed %d`), two gateways, two workers of two slots, three brokers, a Redis with a replica and a Sentinel; in each minute a job of ten seconds in each lane beside 120 short ones.%n%n"
            .formatted(minutes.size(), seed, minutes.size(), seed));
    page.append(
        "%d of %d minutes clean; growing: %s.%n%n"
            .formatted(
                minutes.stream().filter(SoakMinute::clean).count(),
                minutes.size(),
                growing().isEmpty() ? "nothing" : String.join(", ", growing())));
    page.append("| minute | fault | ready again | what became of the jobs |\n|---|---|---|---|\n");
    for (SoakMinute minute : minutes) {
      page.append(
          "| %d | %s | %.1f s | %s |%n"
              .formatted(
                  minute.number(),
                  minute.fault(),
                  minute.recovery().toMillis() / 1000.0,
                  minute.found().replace('\n', ' ').replace("|", "\\|")));
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
    for (SoakMinute minute : minutes) {
      page.append("| ").append(minute.number());
      for (String role : roles) {
        Vitals.OfRole of = minute.vitals().roles().get(role);
        page.append(
            of == null
                ? " | "
                : " | %d / %d / %d / %d"
                    .formatted(of.heapMiB(), of.threads(), of.descriptors(), of.below()));
      }
      page.append(" | ").append(minute.vitals().redisKeys()).append(" |\n");
    }
  }

  private List<String> roles() {
    return minutes.isEmpty() ? List.of() : List.copyOf(minutes.get(0).vitals().roles().keySet());
  }

  /** What the last third has clearly more of than the first. */
  private List<String> growing() {
    List<String> growing = new ArrayList<>();
    for (String role : roles()) {
      check(growing, role + "'s heap", minute -> of(minute, role).heapMiB());
      check(growing, role + "'s threads", minute -> of(minute, role).threads());
      check(growing, role + "'s descriptors", minute -> of(minute, role).descriptors());
      check(growing, "processes below " + role, minute -> of(minute, role).below());
    }
    // Results live for minutes: the first third is still filling up.
    if (minutes.size() >= 15) {
      check(growing, "Redis keys", minute -> minute.vitals().redisKeys());
    }
    return growing;
  }

  private static Vitals.OfRole of(SoakMinute minute, String role) {
    Vitals.OfRole vitals = minute.vitals().roles().get(role);
    return vitals == null ? new Vitals.OfRole(0, 0, 0, 0) : vitals;
  }

  private void check(List<String> growing, String what, ToLongFunction<SoakMinute> value) {
    int third = minutes.size() / 3;
    if (third == 0) {
      return;
    }
    long first = median(minutes.subList(0, third), value);
    long last = median(minutes.subList(minutes.size() - third, minutes.size()), value);
    if (last > first * FLAT + SLACK) {
      growing.add(what + " from " + first + " to " + last);
    }
  }

  private static long median(List<SoakMinute> part, ToLongFunction<SoakMinute> value) {
    long[] sorted = part.stream().mapToLong(value).sorted().toArray();
    return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElse(0);
  }
}
