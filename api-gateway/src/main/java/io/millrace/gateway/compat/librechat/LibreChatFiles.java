package io.millrace.gateway.compat.librechat;

import io.millrace.files.StoredFile;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.error.Checked;
import io.millrace.gateway.files.Downloads;
import io.millrace.gateway.files.KeptFiles;
import io.millrace.gateway.reply.ExecutionReply;
import java.util.function.Function;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** LibreChat's files: those of {@code /v1/files}, by its paths and in its words. */
@RestController
@Speaks(ForeignSystem.LIBRECHAT)
final class LibreChatFiles {

  private final KeptFiles files;
  private final Downloads downloads;
  private final SessionFiles sessions;
  private final LibreChatDoor door;

  LibreChatFiles(KeptFiles files, Downloads downloads, SessionFiles sessions, LibreChatDoor door) {
    this.files = files;
    this.downloads = downloads;
    this.sessions = sessions;
    this.door = door;
  }

  @PostMapping("/v1/upload")
  Mono<ResponseEntity<byte[]>> upload(ServerWebExchange exchange) {
    return files.take("", exchange).map(taken -> answer(taken, LibreChatFiles::uploaded));
  }

  /** A session of its own, named like its file. */
  private static JsonNode uploaded(StoredFile file) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("message", "success");
    LibreChatResult.inSession(body, file.fileId());
    body.putArray("files").addObject().put("filename", file.name()).put("fileId", file.fileId());
    return body;
  }

  @GetMapping("/v1/download/{session}/{fileId}")
  Mono<Void> download(@PathVariable String fileId, ServerWebExchange exchange) {
    return downloads.download(fileId, exchange);
  }

  /** The parameter tells it from a file of ours; that it has two rules makes it the closer one. */
  @GetMapping(
      path = "/v1/files/{session}",
      params = {LibreChatDoor.LISTING, "!meta"})
  Mono<ResponseEntity<byte[]>> list(
      @PathVariable String session,
      @RequestParam(LibreChatDoor.LISTING) String detail,
      ServerWebExchange exchange) {
    return sessions
        .of(session, Caller.of(exchange).owner())
        .collect(
            JsonNodeFactory.instance::arrayNode,
            (ArrayNode all, StoredFile file) -> all.add(SessionFiles.told(file, session, detail)))
        .map(LibreChatDoor::ok);
  }

  /** What is known of one file: its client asks whether it is still there. */
  @GetMapping("/v1/sessions/{session}/objects/{fileId}")
  Mono<ResponseEntity<byte[]>> about(
      @PathVariable String session, @PathVariable String fileId, ServerWebExchange exchange) {
    return files
        .find(Caller.of(exchange).owner(), fileId)
        .map(found -> answer(found, file -> SessionFiles.told(file, session, "full")));
  }

  @DeleteMapping("/v1/files/{session}/{fileId}")
  Mono<ResponseEntity<byte[]>> delete(
      @PathVariable String session, @PathVariable String fileId, ServerWebExchange exchange) {
    ObjectNode body =
        JsonNodeFactory.instance.objectNode().put("message", "File deleted successfully");
    LibreChatResult.inSession(body, session).put("fileId", fileId);
    return files
        .delete(Caller.of(exchange).owner(), fileId)
        .map(deleted -> answer(deleted, file -> body));
  }

  private ResponseEntity<byte[]> answer(
      Checked<StoredFile> checked, Function<StoredFile, JsonNode> told) {
    return checked.fold(
        file -> LibreChatDoor.ok(told.apply(file)),
        error -> door.refusal(ExecutionReply.refused(error)));
  }
}
