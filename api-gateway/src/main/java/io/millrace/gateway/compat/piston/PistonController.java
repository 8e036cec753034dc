package io.millrace.gateway.compat.piston;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.compat.ForeignJobs;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.HeardWorker;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.reply.ExecutionReply;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Runs programs for clients of Piston. */
@RestController
@RequestMapping(PistonDoor.PATH)
@Speaks(ForeignSystem.PISTON)
final class PistonController {

  private final ForeignJobs jobs;
  private final HeardWorker workers;
  private final int seconds;
  private final PistonDoor door;

  PistonController(
      ForeignJobs jobs, HeardWorker workers, GatewaySettings settings, PistonDoor door) {
    this.jobs = jobs;
    this.workers = workers;
    this.seconds = (int) settings.compatTimeout().toSeconds();
    this.door = door;
  }

  @PostMapping("/execute")
  Mono<ResponseEntity<byte[]>> execute(ServerWebExchange exchange) {
    return runtime()
        .flatMap(
            runtime ->
                jobs.run(exchange, body -> PistonRequest.translated(body, runtime, seconds))
                    .map(reply -> answer(reply, runtime)));
  }

  private ResponseEntity<byte[]> answer(ExecutionReply reply, PistonRuntime runtime) {
    JobReply told = JobReply.of(reply);
    return told.isOfRun()
        ? PistonDoor.answer(200, PistonResult.of(told, runtime))
        : door.refusal(reply);
  }

  @GetMapping("/runtimes")
  Mono<ResponseEntity<byte[]>> runtimes() {
    return workers
        .latest()
        .map(
            python -> {
              ArrayNode all = JsonNodeFactory.instance.arrayNode();
              python.ifPresent(each -> all.add(new PistonRuntime(each.version()).json()));
              return PistonDoor.answer(200, all);
            });
  }

  /** What Piston has here, and this service has not. */
  @RequestMapping({"/packages", "/connect"})
  ResponseEntity<byte[]> leftOut() {
    return door.refusal(
        ExecutionReply.refused(
            ApiError.notFound(
                "Millrace answers /api/v2/runtimes and /api/v2/execute of Piston's API; packages and"
                    + " the websocket are left out")));
  }

  private Mono<PistonRuntime> runtime() {
    return workers.latest().map(PistonRuntime::of);
  }
}
