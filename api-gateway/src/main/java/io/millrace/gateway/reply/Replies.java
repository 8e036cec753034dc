package io.millrace.gateway.reply;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.job.ReplyBody;
import io.millrace.queue.ReplyLog;
import io.millrace.store.JobStatus;
import io.millrace.store.StoredReply;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The bodies of replies. Those in the log are read on a few threads of their own, so that large
 * ones never hold up a call to Redis. Thread-safe.
 */
@Component
public final class Replies implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Replies.class);
  private static final int THREADS = 2;
  private static final int WAITING = 20_000;

  private final ReplyLog replies;
  private final Scheduler readers =
      Schedulers.newBoundedElastic(THREADS, WAITING, "large-replies", 60, true);

  Replies(ReplyLog replies) {
    this.replies = replies;
  }

  /** The whole body; empty when the log does not have it any more, an error when Kafka is away. */
  public Mono<Optional<String>> text(UUID jobId, ReplyBody body) {
    return body instanceof ReplyBody.Whole whole
        ? Mono.just(Optional.of(whole.text()))
        : Mono.fromCallable(() -> replies.read(jobId, body)).subscribeOn(readers);
  }

  /** The job with its reply's body at hand; without one where the log has let go of it. */
  public Mono<JobStatus> whole(JobStatus job) {
    ReplyBody reply = job.reply();
    return reply instanceof ReplyBody.InLog
        ? text(job.jobId(), reply)
            .map(text -> job.withReply(text.map(ReplyBody.Whole::new).orElse(null)))
        : Mono.just(job);
  }

  /** What a caller is told who waited for this reply. */
  public Mono<ExecutionReply> answer(StoredReply reply) {
    return text(reply.jobId(), reply.body())
        .map(body -> body.map(text -> ended(reply, text)).orElseGet(() -> lost(reply.jobId())));
  }

  private static ExecutionReply ended(StoredReply reply, String text) {
    return ExecutionReply.ended(
        reply.jobId(), reply.status(), text.getBytes(StandardCharsets.UTF_8));
  }

  private static ExecutionReply lost(UUID jobId) {
    log.error(
        "The reply of job {} has left the log before its time; its caller gets 500: see the"
            + " retention of the log of replies",
        jobId);
    ApiError error = ApiError.internal().with("job_id", jobId.toString());
    return ExecutionReply.ended(jobId, error.status(), ApiErrors.body(error));
  }

  @Override
  public void close() {
    readers.dispose();
  }
}
