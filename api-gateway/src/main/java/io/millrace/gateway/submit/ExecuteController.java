package io.millrace.gateway.submit;

import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.request.RequestBodyReader;
import io.millrace.job.Reply;
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
  private final SubmissionReader submissions;
  private final Execution execution;
  private final ApiErrors errors;

  ExecuteController(
      RequestBodyReader bodies,
      SubmissionReader submissions,
      Execution execution,
      ApiErrors errors) {
    this.bodies = bodies;
    this.submissions = submissions;
    this.execution = execution;
    this.errors = errors;
  }

  @PostMapping(Reply.ENDPOINT)
  Mono<ResponseEntity<byte[]>> execute(ServerWebExchange exchange) {
    return bodies
        .read(exchange, body -> begun(body.then(bytes -> submissions.read(bytes, exchange))))
        .flatMap(
            begun ->
                begun.fold(
                    visit -> execution.reply(visit).map(ExecuteController::answer),
                    error -> Mono.just(errors.answer(error))));
  }

  /** Completes when the job is durable or refused: its program need not be in memory any more. */
  private Mono<Checked<Visit>> begun(Checked<Submission> checked) {
    return checked.fold(
        submission -> {
          Visit visit = execution.begin(submission);
          return Mono.fromFuture(visit.submitted(), true)
              .map(submitted -> Checked.passed(visit))
              .doOnCancel(() -> execution.abandoned(visit));
        },
        error -> Mono.just(Checked.refused(error)));
  }

  private static ResponseEntity<byte[]> answer(ExecutionReply reply) {
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(reply.status()).contentType(MediaType.APPLICATION_JSON);
    reply.headers().forEach(answer::header);
    return answer.body(reply.body());
  }
}
