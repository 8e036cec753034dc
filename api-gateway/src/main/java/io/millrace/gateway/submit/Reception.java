package io.millrace.gateway.submit;

import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.gateway.request.RequestBodyReader;
import io.millrace.gateway.submit.Execution.Begun;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The way of a request from its body to its reply, the same for every route that runs a program:
 * what differs is how the body is read, and in which words the reply is told. Thread-safe.
 */
@Component
public final class Reception {

  private final RequestBodyReader bodies;
  private final Execution execution;
  private final ApiErrors errors;

  Reception(RequestBodyReader bodies, Execution execution, ApiErrors errors) {
    this.bodies = bodies;
    this.execution = execution;
    this.errors = errors;
  }

  /**
   * Takes the body in, has its job let in and enqueued, waits. Cancelling it means that the caller
   * has gone.
   *
   * @param reader makes a job of the body, or says why there is none
   */
  public Mono<ExecutionReply> answer(
      ServerWebExchange exchange, Function<byte[], Checked<JobRequest>> reader) {
    Presence caller = new Presence();
    return bodies
        .read(exchange, body -> begun(body.then(reader), caller))
        .flatMap(
            checked ->
                checked.fold(
                    execution::reply,
                    error -> {
                      errors.count(error);
                      return Mono.just(ExecutionReply.refused(error));
                    }))
        .doOnCancel(caller::leaves);
  }

  /** Completes when the job is durable or refused: its program need not be in memory any more. */
  private Mono<Checked<Begun>> begun(Checked<JobRequest> checked, Presence caller) {
    return checked.fold(
        request -> {
          Begun begun = execution.begin(request);
          caller.begins(begun);
          return Mono.fromFuture(begun.admission(), true).map(said -> Checked.passed(begun));
        },
        error -> Mono.just(Checked.refused(error)));
  }

  /**
   * One caller's. It may leave at any moment, also while its body is read in another thread, or
   * between two of the steps above: the job is abandoned all the same, and once is enough.
   */
  private final class Presence {

    private @Nullable Begun begun;
    private boolean gone;

    synchronized void begins(Begun begun) {
      this.begun = begun;
      abandonIfGone();
    }

    synchronized void leaves() {
      gone = true;
      abandonIfGone();
    }

    private void abandonIfGone() {
      if (gone && begun != null) {
        execution.abandoned(begun);
      }
    }
  }
}
