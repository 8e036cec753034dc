package io.millrace.gateway.compat.librechat;

import io.millrace.files.StoredFile;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.files.KeptFiles;
import io.millrace.gateway.job.JobLookup;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.Replies;
import io.millrace.store.JobStatus;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a session holds: an uploaded file, which it is named after, or what a job made, for as long
 * as the job's reply is kept.
 */
@Component
@Speaks(ForeignSystem.LIBRECHAT)
final class SessionFiles {

  private final KeptFiles files;
  private final JobLookup jobs;
  private final StoreCalls stores;
  private final Replies replies;

  SessionFiles(KeptFiles files, JobLookup jobs, StoreCalls stores, Replies replies) {
    this.files = files;
    this.jobs = jobs;
    this.stores = stores;
    this.replies = replies;
  }

  /** Those that are still there; none of a session that is not this owner's. */
  Flux<StoredFile> of(String session, String owner) {
    Mono<List<String>> ids =
        StoredFile.isId(session)
            ? Mono.just(List.of(session))
            : stores.run(() -> jobs.find(session, owner)).flatMap(this::madeBy);
    return ids.flatMapIterable(all -> all)
        .concatMap(id -> files.find(owner, id))
        .concatMap(found -> found.fold(Mono::just, gone -> Mono.<StoredFile>empty()));
  }

  private Mono<List<String>> madeBy(Optional<JobStatus> job) {
    return Mono.justOrEmpty(job)
        .flatMap(replies::whole)
        .mapNotNull(JobStatus::replyText)
        .map(
            reply ->
                JobReply.ofKept(reply)
                    .part("files")
                    .valueStream()
                    .map(file -> file.path("file_id"))
                    .filter(JsonNode::isString)
                    .map(JsonNode::stringValue)
                    .toList());
  }

  /**
   * A file in the form that a client asks for; it looks for the file's id in the name.
   *
   * @param detail {@code summary}, {@code full} or {@code normalized}; anything else is simple
   */
  static JsonNode told(StoredFile file, String session, String detail) {
    int dot = file.name().lastIndexOf('.');
    String extension = dot > file.name().lastIndexOf('/') ? file.name().substring(dot) : "";
    String name = session + "/" + file.fileId() + extension;
    ObjectNode about = JsonNodeFactory.instance.objectNode();
    switch (detail) {
      case "summary", "full" -> {
        about.put("name", name).put("size", file.size());
        about.put("lastModified", file.createdAt().toString()).put("etag", file.sha256());
        if (detail.equals("full")) {
          about
              .putObject("metadata")
              .put("content-type", file.mediaType())
              .put("original-filename", file.name());
          about.put("contentType", file.mediaType());
        }
        return about;
      }
      case "normalized" -> {
        LibreChatResult.inSession(about.put("id", file.fileId()).put("name", file.name()), session);
        about.put("size", file.size()).put("contentType", file.mediaType());
        return about.put("lastModified", file.createdAt().toString());
      }
      default -> {
        return JsonNodeFactory.instance.stringNode(name);
      }
    }
  }
}
