package io.millrace.gateway.compat.dify;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.compat.ForeignJobs;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.HeardWorker;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.reply.ExecutionReply;
import io.millrace.gateway.request.RequestBodyReader;
import io.millrace.gateway.request.StrictJson;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Runs programs for Dify's workflows. */
@RestController
@RequestMapping(DifyDoor.PATH)
@Speaks(ForeignSystem.DIFY)
final class DifyController {

  private final ForeignJobs jobs;
  private final HeardWorker workers;
  private final RequestBodyReader bodies;
  private final int seconds;
  private final DifyDoor door;

  DifyController(
      ForeignJobs jobs,
      HeardWorker workers,
      RequestBodyReader bodies,
      GatewaySettings settings,
      DifyDoor door) {
    this.jobs = jobs;
    this.workers = workers;
    this.bodies = bodies;
    this.seconds = (int) settings.compatTimeout().toSeconds();
    this.door = door;
  }

  @PostMapping("/run")
  Mono<ResponseEntity<byte[]>> run(ServerWebExchange exchange) {
    return jobs.run(exchange, body -> DifyRequest.translated(body, seconds)).map(this::answer);
  }

  private ResponseEntity<byte[]> answer(ExecutionReply reply) {
    JobReply told = JobReply.of(reply);
    return told.isOfRun() && !told.isOurFault()
        ? DifyDoor.success(DifyResult.of(told))
        : door.refusal(reply);
  }

  /** What programs may import. Nothing is installed here: to refresh the list is to ask again. */
  @GetMapping({"/dependencies", "/dependencies/refresh"})
  Mono<ResponseEntity<byte[]>> dependencies(
      @RequestParam(name = "language", defaultValue = "") String language) {
    return packages(DifyRequest.checkedLanguage(language));
  }

  /** The same; its clients name the language in a body. */
  @PostMapping("/dependencies/update")
  Mono<ResponseEntity<byte[]>> update(
      @RequestParam(name = "language", defaultValue = "") String language,
      ServerWebExchange exchange) {
    return language.isEmpty()
        ? bodies
            .read(exchange, body -> Mono.just(body.then(StrictJson::read)))
            .flatMap(read -> packages(read.then(DifyRequest::checkedLanguage)))
        : packages(DifyRequest.checkedLanguage(language));
  }

  private Mono<ResponseEntity<byte[]>> packages(Checked<String> language) {
    return language.fold(
        known ->
            workers
                .latest()
                .map(
                    python ->
                        DifyDoor.success(
                            list(python.map(HeardWorker.About::packages).orElse(List.of())))),
        error -> Mono.just(refused(error)));
  }

  private ResponseEntity<byte[]> refused(ApiError error) {
    return door.refusal(ExecutionReply.refused(error));
  }

  private static ObjectNode list(List<String> packages) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    ArrayNode list = data.putArray("dependencies");
    for (String each : packages) {
      int space = each.lastIndexOf(' ');
      list.addObject()
          .put("name", space < 0 ? each : each.substring(0, space))
          .put("version", each.substring(space + 1));
    }
    return data;
  }
}
