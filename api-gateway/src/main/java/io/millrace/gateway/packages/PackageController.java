package io.millrace.gateway.packages;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.store.Environments;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** What jobs can import without asking for it. */
@RestController
final class PackageController {

  private final Environments environments;
  private final StoreCalls stores;
  private final ApiErrors errors;

  PackageController(Environments environments, StoreCalls stores, ApiErrors errors) {
    this.environments = environments;
    this.stores = stores;
    this.errors = errors;
  }

  @GetMapping(path = "/v1/packages", produces = MediaType.APPLICATION_JSON_VALUE)
  Mono<ResponseEntity<byte[]>> packages() {
    return stores
        .run(environments::distributions)
        .map(
            told ->
                told.map(
                        json ->
                            ResponseEntity.ok()
                                .contentType(MediaType.APPLICATION_JSON)
                                .body(json.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                    .orElseGet(
                        () ->
                            errors.answer(
                                ApiError.unavailable(
                                    "No worker has said yet which packages it has; try again",
                                    5))));
  }
}
