package io.millrace.gateway.packages;

import io.millrace.store.WorkerCards;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which Python the workers have, as the one says that was heard last. Looked at beside requests, so
 * that none waits for it. Thread-safe.
 */
@Component
final class WorkerPython {

  private static final Logger log = LoggerFactory.getLogger(WorkerPython.class);
  private static final Duration BEAT = Duration.ofSeconds(10);
  private static final JsonMapper JSON = new JsonMapper();

  private final Supplier<Optional<String>> card;
  private volatile @Nullable String version;

  @Autowired
  WorkerPython(WorkerCards cards, TaskScheduler beats) {
    this(cards::limits);
    beats.scheduleWithFixedDelay(this::look, BEAT);
  }

  WorkerPython(Supplier<Optional<String>> card) {
    this.card = card;
  }

  /** Such as 3.11.2; empty until a worker was heard. */
  Optional<String> version() {
    return Optional.ofNullable(version);
  }

  void look() {
    try {
      card.get()
          .map(said -> JSON.readTree(said).path("python").asString(""))
          .filter(said -> !said.isEmpty())
          .ifPresent(said -> version = said);
    } catch (DataAccessException | JacksonException e) {
      log.debug("The workers' Python is not known yet, and is asked for again: {}", e.getMessage());
    }
  }
}
