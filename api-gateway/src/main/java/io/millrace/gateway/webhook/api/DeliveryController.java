package io.millrace.gateway.webhook.api;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.webhook.api.Deliveries.Found;
import io.millrace.gateway.webhook.api.Deliveries.Known;
import io.millrace.gateway.webhook.api.Deliveries.NothingYet;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A job's deliveries: shown, sent again; and the dead ones listed. */
@RestController
final class DeliveryController {

  private static final int MOST_AT_ONCE = 100;
  private static final int FURTHEST = 10_000;

  private final Deliveries deliveries;
  private final StoreCalls stores;
  private final ApiErrors errors;

  DeliveryController(Deliveries deliveries, StoreCalls stores, ApiErrors errors) {
    this.deliveries = deliveries;
    this.stores = stores;
    this.errors = errors;
  }

  @GetMapping("/v1/jobs/{jobId}/deliveries")
  Mono<ResponseEntity<byte[]>> show(@PathVariable String jobId, ServerWebExchange exchange) {
    String owner = Caller.of(exchange).owner();
    return stores
        .run(() -> deliveries.find(jobId, owner))
        .map(
            found ->
                found instanceof NothingYet nothing
                    ? json(HttpStatus.OK, DeliveryView.nothingYet(nothing.jobId()))
                    : answer(HttpStatus.OK, found));
  }

  /** Due now, with the whole schedule before it; 202 shows it as it is then. */
  @PostMapping("/v1/jobs/{jobId}/deliveries")
  Mono<ResponseEntity<byte[]>> sendAgain(@PathVariable String jobId, ServerWebExchange exchange) {
    String owner = Caller.of(exchange).owner();
    return stores
        .run(() -> deliveries.sendAgain(jobId, owner))
        .map(found -> answer(HttpStatus.ACCEPTED, found));
  }

  /** The caller's dead deliveries, the latest first. */
  @GetMapping("/v1/deliveries")
  Mono<ResponseEntity<byte[]>> list(
      @RequestParam(name = "state", defaultValue = "dead") String state,
      @RequestParam(name = "limit", defaultValue = "50") String limit,
      @RequestParam(name = "offset", defaultValue = "0") String offset,
      ServerWebExchange exchange) {
    if (!state.equals("dead")) {
      return refuse("state can only be dead");
    }
    int most = number(limit, 1, MOST_AT_ONCE);
    int from = number(offset, 0, FURTHEST);
    if (most < 0 || from < 0) {
      return refuse("limit goes from 1 to " + MOST_AT_ONCE + ", offset from 0 to " + FURTHEST);
    }
    String owner = Caller.of(exchange).owner();
    return stores
        .run(() -> deliveries.dead(owner, from, most))
        .map(dead -> json(HttpStatus.OK, DeliveryView.of(dead)));
  }

  private ResponseEntity<byte[]> answer(HttpStatus good, Found found) {
    return found instanceof Known known
        ? json(good, DeliveryView.of(known.report()))
        : errors.answer(ApiError.notFound("No such job, or it has no delivery to speak of"));
  }

  private static ResponseEntity<byte[]> json(HttpStatus status, byte[] body) {
    return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON).body(body);
  }

  private Mono<ResponseEntity<byte[]>> refuse(String message) {
    return Mono.just(errors.answer(ApiError.invalid(message)));
  }

  /** The number, or -1 where it is none or out of bounds. */
  private static int number(String text, int least, int most) {
    if (!text.matches("\\d{1,6}")) {
      return -1;
    }
    int number = Integer.parseInt(text);
    return number >= least && number <= most ? number : -1;
  }
}
