package io.millrace.gateway.job;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.job.JobState;
import io.millrace.store.JobArchive;
import io.millrace.store.JobArchive.Place;
import io.millrace.store.JobArchive.Question;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The last jobs of a key, newest first. */
@RestController
final class JobListController {

  private static final int MOST = 100;

  private final JobArchive archive;
  private final StoreCalls stores;
  private final ApiErrors errors;

  JobListController(JobArchive archive, StoreCalls stores, ApiErrors errors) {
    this.archive = archive;
    this.stores = stores;
    this.errors = errors;
  }

  @GetMapping("/v1/jobs")
  Mono<ResponseEntity<byte[]>> list(
      @RequestParam(name = "state", defaultValue = "") String state,
      @RequestParam(name = "id", required = false) @Nullable String id,
      @RequestParam(name = "cursor", defaultValue = "") String cursor,
      @RequestParam(name = "limit", defaultValue = "50") String limit,
      ServerWebExchange exchange) {
    Optional<JobState> wanted = state(state);
    if (wanted.isEmpty() && !state.isEmpty()) {
      return no(
          "state must be queued, running, succeeded, failed, timed_out, expired or cancelled");
    }
    if (!limit.matches("[1-9]\\d?|" + MOST)) {
      return no("limit must be a whole number from 1 to " + MOST);
    }
    Optional<Place> after = Cursor.read(cursor);
    if (after.isEmpty() && !cursor.isEmpty()) {
      return no("cursor must be the next_cursor of the page before, unchanged");
    }
    Question question =
        new Question(wanted.orElse(null), id, after.orElse(null), Integer.parseInt(limit));
    String owner = Caller.of(exchange).owner();
    return stores
        .run(() -> archive.list(owner, question))
        .map(
            page ->
                ResponseEntity.ok()
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(JobView.listOf(page)));
  }

  private Mono<ResponseEntity<byte[]>> no(String why) {
    return Mono.just(errors.answer(ApiError.invalid(why)));
  }

  private static Optional<JobState> state(String name) {
    return Arrays.stream(JobState.values())
        .filter(Predicate.not(JobState.REFUSED::equals))
        .filter(each -> each.wireName().equals(name))
        .findFirst();
  }
}
