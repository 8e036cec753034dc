package io.millrace.gateway.batch;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.admission.Refusals;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.batch.BatchResults.Question;
import io.millrace.gateway.batch.BatchSubmitter.Accepted;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.reply.Waiter;
import io.millrace.gateway.request.PathId;
import io.millrace.gateway.request.RequestBodyReader;
import io.millrace.gateway.request.WaitParameter;
import io.millrace.gateway.submit.WaitFor;
import io.millrace.job.JobState;
import io.millrace.job.Reply;
import io.millrace.queue.LogAwayException;
import io.millrace.store.BatchStatus;
import io.millrace.store.BatchStore;
import io.millrace.store.JobEnds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/** Batches: sent, shown, waited for, read, run again, cancelled. */
@RestController
final class BatchController implements AutoCloseable {

  static final ApiError NO_BATCH = ApiError.notFound("No such batch, or its results have expired");

  private static final String BATCH = Reply.BATCHES_ENDPOINT + "/{batchId}";
  private static final MediaType LINES = MediaType.APPLICATION_NDJSON;
  private static final Duration BEAT = Duration.ofMillis(250);

  /** One batch at a time is in memory whole, with its records; others wait with their bodies. */
  private static final int AT_ONCE = 1;

  private static final int WAITING = 64;
  private static final JsonMapper JSON = new JsonMapper();

  private final Scheduler whole =
      Schedulers.newBoundedElastic(AT_ONCE, WAITING, "batches", 60, true);
  private final RequestBodyReader bodies;
  private final BatchRequestReader requests;
  private final BatchSubmitter submitter;
  private final BatchRetry retry;
  private final BatchResults results;
  private final BatchStore store;
  private final StoreCalls stores;
  private final ReplyAwaiter places;
  private final JobEnds ends;
  private final Refusals refusals;
  private final Reply.Speaker speaker;
  private final GatewaySettings settings;
  private final ApiErrors errors;

  BatchController(
      RequestBodyReader bodies,
      BatchRequestReader requests,
      BatchSubmitter submitter,
      BatchRetry retry,
      BatchResults results,
      BatchStore store,
      StoreCalls stores,
      ReplyAwaiter places,
      JobEnds ends,
      Refusals refusals,
      Reply.Speaker speaker,
      GatewaySettings settings,
      ApiErrors errors) {
    this.bodies = bodies;
    this.requests = requests;
    this.submitter = submitter;
    this.retry = retry;
    this.results = results;
    this.store = store;
    this.stores = stores;
    this.places = places;
    this.ends = ends;
    this.refusals = refusals;
    this.speaker = speaker;
    this.settings = settings;
    this.errors = errors;
  }

  @PostMapping(Reply.BATCHES_ENDPOINT)
  Mono<ResponseEntity<byte[]>> create(ServerWebExchange exchange) {
    return bodies
        .read(
            exchange,
            settings.gateway().maxBatchBody(),
            body ->
                inTurn(
                    () ->
                        body.then(bytes -> requests.read(bytes, exchange)).then(submitter::submit)))
        .map(
            answer ->
                answer.fold(
                    accepted ->
                        ResponseEntity.accepted()
                            .contentType(MediaType.APPLICATION_JSON)
                            .header("Location", Reply.BATCHES_ENDPOINT + "/" + accepted.batchId())
                            .body(accepted(accepted)),
                    errors::answer));
  }

  private <T> Mono<T> inTurn(Supplier<T> step) {
    return Mono.fromSupplier(step).subscribeOn(whole);
  }

  private byte[] accepted(Accepted accepted) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("batch_id", accepted.batchId().toString());
    body.put("count", accepted.count());
    body.put("queue_id", speaker.queueId());
    body.put("queue_length", accepted.queueLength());
    body.put("estimated_start", refusals.estimatedStart(accepted.queueLength() - accepted.count()));
    return JSON.writeValueAsBytes(body);
  }

  /**
   * The batch now, or, with {@code wait}, as soon as it has ended or that many seconds are over.
   */
  @GetMapping(BATCH)
  Mono<ResponseEntity<byte[]>> show(
      @PathVariable String batchId,
      @RequestParam(name = "wait", defaultValue = "0") String wait,
      ServerWebExchange exchange) {
    return WaitParameter.read(wait)
        .fold(
            limit -> shown(find(batchId, exchange), limit),
            refused -> Mono.just(errors.answer(refused)));
  }

  private Mono<ResponseEntity<byte[]>> shown(Mono<Optional<BatchStatus>> look, Duration limit) {
    return (limit.isZero() ? look : awaited(look, limit))
        .map(found -> found.map(BatchController::shown).orElseGet(() -> errors.answer(NO_BATCH)));
  }

  private Mono<Optional<BatchStatus>> awaited(Mono<Optional<BatchStatus>> look, Duration limit) {
    return atAPlace(
            look.repeatWhen(looks -> looks.delayElements(BEAT))
                .takeUntil(found -> found.isEmpty() || found.get().ended())
                .take(limit)
                .takeLast(1))
        .next()
        .switchIfEmpty(look);
  }

  /** Waits at one of this gateway's places for callers; empty at once when none is left. */
  private <T> Flux<T> atAPlace(Flux<T> waiting) {
    return Flux.defer(
        () -> {
          Optional<Waiter> place = places.expect(UUID.randomUUID());
          return place
              .map(taken -> waiting.doFinally(signal -> taken.leave()))
              .orElseGet(Flux::empty);
        });
  }

  @GetMapping(BATCH + "/results")
  Mono<Void> results(
      @PathVariable String batchId,
      @RequestParam(name = "from", defaultValue = "0") String from,
      @RequestParam(name = "state", defaultValue = "") String state,
      ServerWebExchange exchange) {
    ServerHttpResponse response = exchange.getResponse();
    if (!from.matches("\\d{1,9}")) {
      return errors.write(ApiError.invalid("from must be a whole number from 0 on"), response);
    }
    if (!state.isEmpty() && !BatchStatus.STATES.contains(state)) {
      return errors.write(
          ApiError.invalid("state must be one of " + BatchResults.states()), response);
    }
    WaitFor follow = followed(exchange);
    Question question = new Question(Integer.parseInt(from), state, follow.limit());
    return find(batchId, exchange)
        .flatMap(
            found ->
                found.isPresent()
                    ? stream(found.get(), question, follow, response)
                    : errors.write(NO_BATCH, response));
  }

  private Mono<Void> stream(
      BatchStatus batch, Question question, WaitFor follow, ServerHttpResponse response) {
    response.setStatusCode(HttpStatus.OK);
    response.getHeaders().setContentType(LINES);
    response.getHeaders().set("X-Accel-Buffering", "no");
    if (!follow.applied().isEmpty()) {
      response.getHeaders().set("Preference-Applied", follow.applied());
    }
    return response.writeAndFlushWith(
        results
            .lines(batch.batchId(), question)
            .map(page -> page.map(response.bufferFactory()::wrap)));
  }

  /** Zero unless the caller prefers to wait. */
  private WaitFor followed(ServerWebExchange exchange) {
    List<String> prefer = exchange.getRequest().getHeaders().getOrEmpty("Prefer");
    WaitFor wanted = WaitFor.preferred(prefer, settings.gateway().maxWait());
    return wanted.applied().startsWith("wait") ? wanted : new WaitFor(Duration.ZERO, "");
  }

  @PostMapping(BATCH + "/retry")
  Mono<ResponseEntity<byte[]>> retry(@PathVariable String batchId, ServerWebExchange exchange) {
    return find(batchId, exchange)
        .flatMap(
            found ->
                found.isEmpty()
                    ? Mono.just(Checked.<Accepted>refused(NO_BATCH))
                    : inTurn(() -> retry.retry(found.get(), Caller.of(exchange).limits())))
        .map(answer -> answer.fold(BatchController::retried, errors::answer))
        .onErrorResume(LogAwayException.class, e -> Mono.just(errors.answer(ApiError.logAway())));
  }

  private static ResponseEntity<byte[]> retried(Accepted accepted) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("batch_id", accepted.batchId().toString());
    body.put("count", accepted.count());
    return ResponseEntity.accepted()
        .contentType(MediaType.APPLICATION_JSON)
        .body(JSON.writeValueAsBytes(body));
  }

  /** Cancels what has not ended; shows the batch as it is then. */
  @DeleteMapping(BATCH)
  Mono<ResponseEntity<byte[]>> cancel(@PathVariable String batchId, ServerWebExchange exchange) {
    Mono<Optional<BatchStatus>> look = find(batchId, exchange);
    return look.flatMap(
            found ->
                found.isEmpty()
                    ? Mono.just(found)
                    : stores.run(() -> cancelled(found.get())).then(look))
        .map(found -> found.map(BatchController::shown).orElseGet(() -> errors.answer(NO_BATCH)));
  }

  private boolean cancelled(BatchStatus batch) {
    int ended = store.cancel(batch.batchId(), BatchStore.cancelled(batch.id(), speaker));
    ends.count(JobState.CANCELLED, ended);
    return ended > 0;
  }

  private Mono<Optional<BatchStatus>> find(String batchId, ServerWebExchange exchange) {
    String owner = Caller.of(exchange).owner();
    return stores.run(
        () -> PathId.of(batchId).flatMap(store::find).filter(batch -> batch.owner().equals(owner)));
  }

  private static ResponseEntity<byte[]> shown(BatchStatus batch) {
    return ResponseEntity.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .body(batch.json().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    whole.dispose();
  }
}
