package io.millrace.gateway.compat;

import io.millrace.gateway.queue.StoreCalls;
import io.millrace.store.WorkerCards;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Python that workers say they have, as it was a moment ago. Thread-safe. */
@Component
public final class HeardWorker {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration A_MOMENT = Duration.ofSeconds(5);

  private final Mono<Optional<About>> latest;

  HeardWorker(WorkerCards cards, StoreCalls stores) {
    this.latest =
        stores
            .run(cards::limits)
            .onErrorReturn(DataAccessException.class, Optional.empty())
            .onErrorReturn(RejectedExecutionException.class, Optional.empty())
            .map(card -> card.flatMap(HeardWorker::read))
            .cache(found -> A_MOMENT, failed -> Duration.ZERO, () -> Duration.ZERO);
  }

  /**
   * What the worker that was heard last has.
   *
   * @param version as 3.11.2
   * @param packages a name, a space and a version each
   */
  public record About(String version, List<String> packages) {

    public About {
      packages = List.copyOf(packages);
    }
  }

  /** Empty while no worker is heard. */
  public Mono<Optional<About>> latest() {
    return latest;
  }

  /** Empty for a card that is of another build. */
  private static Optional<About> read(String card) {
    try {
      JsonNode facts = JSON.readTree(card);
      return facts.path("python").isString()
          ? Optional.of(
              new About(
                  facts.path("python").stringValue(),
                  facts.path("packages").valueStream().map(JsonNode::asString).toList()))
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
