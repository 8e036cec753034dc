package io.millrace.gateway.submit;

import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.job.Reply;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Runs Python for a caller of the service's own routes. */
@RestController
final class ExecuteController {

  private final Reception reception;
  private final JobRequestReader requests;

  ExecuteController(Reception reception, JobRequestReader requests) {
    this.reception = reception;
    this.requests = requests;
  }

  @PostMapping({Reply.ENDPOINT, Reply.JOBS_ENDPOINT})
  Mono<ResponseEntity<byte[]>> execute(ServerWebExchange exchange) {
    return reception
        .answer(exchange, body -> requests.read(body, exchange))
        .map(ExecuteController::answer);
  }

  private static ResponseEntity<byte[]> answer(ExecutionReply reply) {
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(reply.status()).contentType(MediaType.APPLICATION_JSON);
    reply.headers().forEach(answer::header);
    return answer.body(reply.body());
  }
}
