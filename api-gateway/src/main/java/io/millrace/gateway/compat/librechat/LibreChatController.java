package io.millrace.gateway.compat.librechat;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.compat.ForeignJobs;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.reply.ExecutionReply;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Runs programs for LibreChat. */
@RestController
@Speaks(ForeignSystem.LIBRECHAT)
final class LibreChatController {

  private final ForeignJobs jobs;
  private final Plots plots;
  private final int seconds;
  private final LibreChatDoor door;

  LibreChatController(ForeignJobs jobs, Plots plots, GatewaySettings settings, LibreChatDoor door) {
    this.jobs = jobs;
    this.plots = plots;
    this.seconds = (int) settings.compatTimeout().toSeconds();
    this.door = door;
  }

  @PostMapping("/v1/exec")
  Mono<ResponseEntity<byte[]>> execute(ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    return jobs.run(exchange, body -> LibreChatRequest.translated(body, seconds))
        .flatMap(reply -> answer(reply, caller));
  }

  private Mono<ResponseEntity<byte[]>> answer(ExecutionReply reply, Caller caller) {
    JobReply told = JobReply.of(reply);
    return told.isOfRun() && !told.isOurFault()
        ? plots.of(told, caller).map(made -> LibreChatDoor.ok(LibreChatResult.of(told, made)))
        : Mono.just(door.refusal(reply));
  }
}
