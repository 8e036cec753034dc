package io.millrace.e2e.history;

import io.millrace.e2e.history.Event.Accepted;
import io.millrace.e2e.history.Event.Ended;
import io.millrace.e2e.history.Event.Faulted;
import io.millrace.e2e.history.Event.Hooked;
import io.millrace.e2e.history.Event.Invoked;
import io.millrace.e2e.history.Event.Refused;
import io.millrace.e2e.history.Event.SeenRunning;
import io.millrace.e2e.history.Event.Started;
import io.millrace.e2e.history.Event.Unclear;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Counts, from a history that ends with the drain, what became of every job. Whatever breaks a
 * promise is a violation; what a fault explains is only counted.
 */
public final class Checker {

  /** A job seen running this long after its time limit is overdue. */
  private static final long OVERDUE_MILLIS = 10_000;

  private final Map<String, Invoked> invoked = new HashMap<>();
  private final Map<String, String> jobOf = new HashMap<>();
  private final Map<String, String> nameOf = new HashMap<>();
  private final Set<String> unclear = new HashSet<>();
  private final Map<String, Refused> refused = new HashMap<>();
  private final List<Faulted> faults;
  private final Map<String, List<Started>> starts;
  private final Map<String, List<Ended>> ends;
  private final Map<String, List<Hooked>> hooks;
  private final List<SeenRunning> seenRunning;
  private final List<String> violations = new ArrayList<>();

  private Checker(List<Event> history) {
    faults = all(history, Faulted.class);
    seenRunning = all(history, SeenRunning.class);
    starts = byJob(all(history, Started.class), Started::jobId);
    ends = byJob(all(history, Ended.class), Ended::jobId);
    hooks = byJob(all(history, Hooked.class), Hooked::jobId);
    all(history, Invoked.class).forEach(each -> invoked.put(each.k(), each));
    all(history, Accepted.class).forEach(this::accept);
    all(history, Unclear.class).forEach(each -> unclear.add(each.k()));
    all(history, Refused.class).forEach(each -> refused.put(each.k(), each));
    ends.forEach((jobId, each) -> nameOf.putIfAbsent(jobId, each.get(0).k()));
  }

  private void accept(Accepted accepted) {
    String other = jobOf.putIfAbsent(accepted.k(), accepted.jobId());
    if (other != null && !other.equals(accepted.jobId())) {
      violations.add("two jobs for " + accepted.k() + ": " + other + ", " + accepted.jobId());
    }
    nameOf.put(accepted.jobId(), accepted.k());
  }

  /** Checks a whole history. */
  public static Findings check(List<Event> history) {
    return new Checker(history).findings();
  }

  private Findings findings() {
    int forgotten = lost();
    unexpectedResults();
    unexpectedStarts();
    twoResults();
    int again = unexplainedStarts();
    badHooks();
    overdue();
    return new Findings(
        invoked.size(),
        jobOf.size(),
        refused.size(),
        unclear.size(),
        ends.size(),
        recovered(),
        starts.values().stream().mapToInt(List::size).sum(),
        again,
        forgotten,
        List.copyOf(violations));
  }

  private int recovered() {
    Set<String> known = new HashSet<>(jobOf.values());
    return (int) ends.keySet().stream().filter(job -> !known.contains(job)).count();
  }

  /** Returns how many have no result since Redis was made to forget it. */
  private int lost() {
    int forgotten = 0;
    for (Map.Entry<String, String> accepted : jobOf.entrySet()) {
      String jobId = accepted.getValue();
      if (!ends.containsKey(jobId)) {
        if (isForgotten(accepted.getKey(), jobId)) {
          forgotten++;
        } else {
          violations.add(
              "lost: " + accepted.getKey() + " was accepted as " + jobId + " and has no result");
        }
      }
    }
    return forgotten;
  }

  /** A result that nobody was sent, of a run that began before Redis was emptied, may be gone. */
  private boolean isForgotten(String k, String jobId) {
    Invoked job = invoked.get(k);
    return job != null
        && !job.webhook()
        && faults.stream()
            .filter(Faulted::forgets)
            .anyMatch(
                fault ->
                    starts.getOrDefault(jobId, List.of()).stream()
                        .anyMatch(start -> start.at() <= fault.until()));
  }

  private void unexpectedResults() {
    ends.values().stream()
        .flatMap(List::stream)
        .forEach(
            end -> {
              if (!invoked.containsKey(end.k())) {
                violations.add("unexpected: " + end.jobId() + " ended, nobody sent " + end.k());
              } else if (refused.containsKey(end.k()) && !jobOf.containsKey(end.k())) {
                violations.add("unexpected: " + end.k() + " was refused and has a result");
              } else if (!end.k().equals(nameOf.get(end.jobId()))) {
                violations.add(
                    "foreign: %s of %s was answered with the result of %s"
                        .formatted(end.jobId(), nameOf.get(end.jobId()), end.k()));
              }
            });
  }

  private void unexpectedStarts() {
    Map<String, String> refusedJobs = new HashMap<>();
    refused.values().stream()
        .filter(each -> each.jobId() != null)
        .forEach(each -> refusedJobs.put(String.valueOf(each.jobId()), each.k()));
    boolean forgotten = faults.stream().anyMatch(Faulted::forgets);
    for (String jobId : starts.keySet()) {
      if (refusedJobs.containsKey(jobId)) {
        violations.add("unexpected: " + refusedJobs.get(jobId) + " was refused and was started");
      } else if (!nameOf.containsKey(jobId) && !forgotten) {
        violations.add("unexpected: " + jobId + " was started and is nobody's");
      }
    }
  }

  private void twoResults() {
    ends.forEach(
        (jobId, each) -> {
          Set<String> different =
              each.stream()
                  .map(end -> end.state() + " " + end.digest())
                  .collect(Collectors.toSet());
          if (different.size() > 1) {
            violations.add("two results of " + nameOf.get(jobId) + ": " + different);
          }
        });
  }

  private int unexplainedStarts() {
    int again = 0;
    for (List<Started> each : starts.values()) {
      List<Started> inOrder = each.stream().sorted(Comparator.comparingLong(Started::at)).toList();
      for (int i = 1; i < inOrder.size(); i++) {
        again++;
        if (!isExplained(inOrder.get(i - 1).at(), inOrder.get(i).at())) {
          violations.add("started again without a fault: " + inOrder.get(i));
        }
      }
    }
    return again;
  }

  private boolean isExplained(long from, long to) {
    return faults.stream().anyMatch(fault -> fault.at() <= to && fault.until() >= from);
  }

  private void badHooks() {
    jobOf.forEach(
        (k, jobId) -> {
          Invoked job = invoked.get(k);
          if (job != null && job.webhook() && !hooks.containsKey(jobId)) {
            violations.add("no webhook for " + k);
          }
        });
    hooks.forEach(
        (jobId, each) -> {
          if (different(each, Hooked::webhookId) > 1 || different(each, Hooked::digest) > 1) {
            violations.add("webhooks of " + nameOf.get(jobId) + " differ: " + each);
          }
        });
  }

  private void overdue() {
    for (SeenRunning seen : seenRunning) {
      Invoked job = invoked.get(nameOf.getOrDefault(seen.jobId(), ""));
      long lastStart =
          starts.getOrDefault(seen.jobId(), List.of()).stream()
              .mapToLong(Started::at)
              .filter(at -> at <= seen.at())
              .max()
              .orElse(seen.at());
      if (job != null && seen.at() > lastStart + job.timeoutSeconds() * 1000L + OVERDUE_MILLIS) {
        violations.add("overdue: " + job.k() + " still runs " + (seen.at() - lastStart) + " ms on");
      }
    }
  }

  private static <T> long different(List<T> each, Function<T, String> field) {
    return each.stream().map(field).distinct().count();
  }

  private static <T> Map<String, List<T>> byJob(List<T> events, Function<T, String> jobId) {
    return events.stream().collect(Collectors.groupingBy(jobId));
  }

  private static <T extends Event> List<T> all(List<Event> history, Class<T> kind) {
    return history.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
