package io.millrace.gateway.error;

import io.millrace.files.FileStoreException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Turns what no controller answered into an {@link ApiError}: unknown paths, and our own faults.
 */
@Component
@Order(-2)
final class ErrorHandler implements WebExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(ErrorHandler.class);

  private final ApiErrors errors;

  ErrorHandler(ApiErrors errors) {
    this.errors = errors;
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    if (!isInfrastructure(failure) && CallerLeft.isCauseOf(failure)) {
      log.debug("A caller left before its request was whole; nothing is done for it");
      return Mono.empty();
    }
    if (exchange.getResponse().isCommitted()) {
      return Mono.error(failure);
    }
    return errors.write(errorOf(failure), exchange);
  }

  private static ApiError errorOf(Throwable failure) {
    if (failure instanceof MethodNotAllowedException method) {
      return ApiError.methodNotAllowed(
          String.join(
              ", ", method.getSupportedMethods().stream().map(HttpMethod::name).sorted().toList()));
    }
    if (failure instanceof ResponseStatusException refused) {
      return ofStatus(refused.getStatusCode().value());
    }
    if (isInfrastructure(failure)) {
      log.warn(
          "Redis, Kafka or the store of files did not answer, or too many wait for them; a caller gets 503: {}",
          failure.toString());
      return ApiError.unavailable("The store cannot be reached now; try again", 1);
    }
    log.error("A request failed by our own fault; its caller gets 500", failure);
    return ApiError.internal();
  }

  private static boolean isInfrastructure(Throwable failure) {
    return failure instanceof DataAccessException
        || failure instanceof FileStoreException
        || failure instanceof RejectedExecutionException;
  }

  private static ApiError ofStatus(int status) {
    HttpStatus known = HttpStatus.resolve(status);
    return switch (status) {
      case 404 -> ApiError.notFound("There is nothing at this path");
      case 400 -> ApiError.invalid("The request's path or parameters cannot be read");
      default ->
          known == null || known.is5xxServerError()
              ? ApiError.internal()
              : ApiError.http(status, known.getReasonPhrase());
    };
  }
}
