package io.millrace.gateway.submit;

import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.gateway.request.RequestBodyReader;
import io.millrace.gateway.submit.Execution.Begun;
import io.millrace.job.Reply;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Runs Python for a caller: takes the body in, has it let in and enqueued, waits, answers. */
@RestController
final class ExecuteController {

  private final RequestBodyReader bodies;
  private final JobRequestReader requests;
  private final Execution execution;
  private final ApiErrors errors;

  ExecuteController(
      RequestBodyReader bodies, JobRequestReader requests, Execution execution, ApiErrors errors) {
    this.bodies = bodies;
    this.requests = requests;
    this.execution = execution;
    this.errors = errors;
  }

  @PostMapping({Reply.ENDPOINT, Reply.JOBS_ENDPOINT})
  Mono<ResponseEntity<byte[]>> execute(ServerWebExchange exchange) {
    Presence caller = new Presence();
    return bodies
        .read(exchange, body -> begun(body.then(bytes -> requests.read(bytes, exchange)), caller))
        .flatMap(
            checked ->
                checked.fold(
                    begun -> execution.reply(begun).map(ExecuteController::answer),
                    error -> Mono.just(errors.answer(error))))
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

  private static ResponseEntity<byte[]> answer(ExecutionReply reply) {
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(reply.status()).contentType(MediaType.APPLICATION_JSON);
    reply.headers().forEach(answer::header);
    return answer.body(reply.body());
  }
}
