package io.millrace.queue;

import io.millrace.start.Lobby;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * The first answer of Kafka or Redis to a role that starts. A name that leads nowhere yet and a
 * server that does not answer are outages like any other: the role waits for as long as they last,
 * says so in one sentence now and again, and goes on by itself. Whatever else the server says ends
 * the start.
 */
public final class FirstContact {

  private static final Logger log = LoggerFactory.getLogger(FirstContact.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration REMINDER = Duration.ofMinutes(1);
  private static final Pattern REFUSAL = Pattern.compile("(?!LOADING)[A-Z]{2,} ");
  private static final String NO_SUCH_NAME = "No resolvable bootstrap urls";

  private final String server;
  private final String setting;
  private final Supplier<Lobby> lobby;

  /**
   * @param server and where it is, to be told
   * @param setting that says where it is
   * @param lobby opened when a question is not answered at once, closed when it is
   */
  public FirstContact(String server, String setting, Supplier<Lobby> lobby) {
    this.server = server;
    this.setting = setting;
    this.lobby = lobby;
  }

  /**
   * The answer, however long it takes.
   *
   * <p>The calling thread waits without a limit and another one asks: so a process that is told to
   * stop meanwhile ends at once, since Spring closes no context whose start waits like that.
   *
   * @throws RuntimeException of the question, when it is not that the server is away
   */
  public <T> T answer(Supplier<T> question) {
    try {
      return CompletableFuture.supplyAsync(() -> insist(question), FirstContact::onAThread).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void onAThread(Runnable task) {
    Thread thread = new Thread(task, "first-contact");
    thread.setDaemon(true);
    thread.start();
  }

  private <T> T insist(Supplier<T> question) {
    try {
      return question.get();
    } catch (RuntimeException e) {
      long begun = System.nanoTime();
      tell(whyAway(e).orElseThrow(() -> e), begun);
      try (Lobby open = lobby.get()) {
        return askAgain(question, begun);
      }
    }
  }

  private <T> T askAgain(Supplier<T> question, long begun) {
    long told = begun;
    while (true) {
      pause();
      try {
        T answer = question.get();
        log.info("{} is there; the start goes on", server);
        return answer;
      } catch (RuntimeException e) {
        String why = whyAway(e).orElseThrow(() -> e);
        if (System.nanoTime() - told >= REMINDER.toNanos()) {
          told = System.nanoTime();
          tell(why, begun);
        }
      }
    }
  }

  private void tell(String why, long begun) {
    log.warn(
        "{} {}; waiting for it since {} s ({} says where it is)",
        server,
        why,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun),
        setting);
  }

  /** Empty where it is not that. */
  private static Optional<String> whyAway(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof ConfigException
          && String.valueOf(each.getMessage()).contains(NO_SUCH_NAME)) {
        return Optional.of("has a name that does not resolve");
      }
      if (each instanceof RetriableException
          || each instanceof TimeoutException
          || (each instanceof DataAccessResourceFailureException && !isRefused(each))) {
        return Optional.of("does not answer");
      }
    }
    return Optional.empty();
  }

  /** Redis answers, and says no: its errors begin with a word in capitals. */
  private static boolean isRefused(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (REFUSAL.matcher(String.valueOf(each.getMessage())).lookingAt()) {
        return true;
      }
    }
    return false;
  }

  private static void pause() {
    try {
      boolean unused = new CountDownLatch(1).await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a server", e);
    }
  }
}
