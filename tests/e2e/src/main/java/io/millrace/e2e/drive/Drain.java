package io.millrace.e2e.drive;

import io.millrace.e2e.Await;
import io.millrace.e2e.history.Event;
import io.millrace.e2e.history.History;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/** Waits, with the load off, until every known job has ended, and reads every result once more. */
public final class Drain {

  private static final int WAIT_SECONDS = 2;
  private static final int READERS = 8;

  /** A job that an emptied Redis does not know this long after will not come back. */
  private static final long FORGETTING_MILLIS = 30_000;

  private final History history;
  private final Client client;
  private final Set<String> settled = ConcurrentHashMap.newKeySet();

  public Drain(History history, Client client) {
    this.history = history;
    this.client = client;
  }

  /**
   * Returns when all jobs have ended, or when the time is over: what is missing then is for the
   * checker to say.
   *
   * @param started jobs that are known from the workers' logs
   */
  public void await(Set<String> started, Duration atMost) {
    Set<String> accepted = new LinkedHashSet<>();
    history.events().stream()
        .filter(Event.Accepted.class::isInstance)
        .forEach(each -> accepted.add(((Event.Accepted) each).jobId()));
    Set<String> jobs = new LinkedHashSet<>(accepted);
    jobs.addAll(started);
    long deadline = System.nanoTime() + atMost.toNanos();
    ExecutorService readers = Executors.newFixedThreadPool(READERS);
    CompletableFuture.allOf(
            jobs.stream()
                .filter(job -> !settled.contains(job))
                .map(
                    job ->
                        CompletableFuture.runAsync(
                            () -> await(job, accepted.contains(job), deadline), readers))
                .toArray(CompletableFuture[]::new))
        .join();
    readers.shutdown();
    awaitHooks(left(deadline));
  }

  private void await(String job, boolean accepted, long deadline) {
    tryUntil(() -> Await.until(job + " has ended", left(deadline), () -> isOver(job, accepted)));
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
  }

  private void awaitHooks(Duration atMost) {
    tryUntil(
        () ->
            Await.until(
                "every webhook has come", atMost, () -> missingHooks(history.events()) == 0));
  }

  private static void tryUntil(Runnable wait) {
    try {
      wait.run();
    } catch (AssertionError e) {
      // The bound is over: the history has no end of that job, which is what the checker looks for.
    }
  }

  private boolean isOver(String jobId, boolean accepted) {
    return client.statusAfter(jobId, WAIT_SECONDS) instanceof Answer.Told told
        && isOver(jobId, accepted, told);
  }

  private boolean isOver(String jobId, boolean accepted, Answer.Told told) {
    if (told.status() == 404) {
      return !accepted || history.events().stream().anyMatch(each -> explainsAbsence(each, jobId));
    }
    JsonNode job = told.body();
    Optional<Event.Ended> end = Replies.end(job.path("reply"), "status");
    end.ifPresent(history::add);
    if (end.isPresent()) {
      settled.add(jobId);
    } else if (job.path("state").asString("").equals("running")) {
      history.add(new Event.SeenRunning(System.currentTimeMillis(), jobId));
    }
    return end.isPresent();
  }

  /** Its end was read before it expired, or Redis was made to forget it. */
  private static boolean explainsAbsence(Event event, String jobId) {
    return (event instanceof Event.Ended end && end.jobId().equals(jobId))
        || (event instanceof Event.Faulted fault
            && fault.forgets()
            && System.currentTimeMillis() > fault.until() + FORGETTING_MILLIS);
  }

  private static long missingHooks(List<Event> events) {
    Set<String> hooked = new HashSet<>();
    Set<String> wanting = new HashSet<>();
    for (Event each : events) {
      if (each instanceof Event.Hooked hook) {
        hooked.add(hook.jobId());
      } else if (each instanceof Event.Invoked job && job.webhook()) {
        wanting.add(job.k());
      }
    }
    return events.stream()
        .filter(
            each ->
                each instanceof Event.Accepted job
                    && wanting.contains(job.k())
                    && !hooked.contains(job.jobId()))
        .count();
  }
}
