package io.millrace.gateway.compat.librechat;

import io.millrace.files.FileStoreException;
import io.millrace.files.StoredFile;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.compat.ForeignSystem;
import io.millrace.gateway.compat.JobReply;
import io.millrace.gateway.compat.Speaks;
import io.millrace.gateway.files.KeptFiles;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Keeps what a program drew as the files {@code plot_1.png} and so on, which LibreChat shows. */
@Component
@Speaks(ForeignSystem.LIBRECHAT)
final class Plots {

  private static final Logger log = LoggerFactory.getLogger(Plots.class);
  private static final String PNG = "image/png";

  private final KeptFiles files;

  Plots(KeptFiles files) {
    this.files = files;
  }

  /** The kept plots in their order; without those that the store of files could not take. */
  Mono<List<StoredFile>> of(JobReply reply, Caller caller) {
    List<String> drawn =
        reply
            .part("display")
            .valueStream()
            .map(shown -> shown.path(PNG))
            .filter(JsonNode::isString)
            .map(JsonNode::stringValue)
            .toList();
    return Flux.fromStream(IntStream.range(0, drawn.size()).boxed())
        .concatMap(i -> keep(caller, "plot_" + (i + 1) + ".png", drawn.get(i), reply.jobId()))
        .collectList();
  }

  private Mono<StoredFile> keep(Caller caller, String name, String base64, String jobId) {
    return files
        .keep(caller, name, PNG, Base64.getMimeDecoder().decode(base64))
        .onErrorResume(
            failure ->
                failure instanceof FileStoreException
                    || failure instanceof RejectedExecutionException,
            failure -> {
              log.warn(
                  "The store of files did not take {} of job {}; its caller gets none: {}",
                  name,
                  jobId,
                  failure.toString());
              return Mono.empty();
            })
        .map(kept -> kept.fold(Optional::of, error -> Optional.<StoredFile>empty()))
        .flatMap(Mono::justOrEmpty);
  }
}
