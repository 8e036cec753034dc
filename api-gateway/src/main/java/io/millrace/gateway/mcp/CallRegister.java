package io.millrace.gateway.mcp;

import io.millrace.gateway.queue.StoreCalls;
import io.millrace.job.Outcome;
import io.millrace.job.Reply;
import io.millrace.job.WideResults;
import io.millrace.store.JobEnds;
import io.millrace.store.JobEnds.Cancellation;
import io.millrace.store.OpenCalls;
import io.millrace.store.OpenCalls.Name;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The calls that are open, by the names that their clients gave them, so that a client can cancel
 * one at any gateway. Thread-safe; never blocks its caller.
 */
@Component
final class CallRegister {

  private static final Logger log = LoggerFactory.getLogger(CallRegister.class);

  /** A job may be cancelled just before it is let in: it is looked for until then. */
  private static final int LOOKS = 10;

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final OpenCalls calls;
  private final JobEnds ends;
  private final Reply.Speaker speaker;
  private final StoreCalls stores;

  CallRegister(OpenCalls calls, JobEnds ends, Reply.Speaker speaker, StoreCalls stores) {
    this.calls = calls;
    this.ends = ends;
    this.speaker = speaker;
    this.stores = stores;
  }

  /** Completes when the call can be cancelled, or Redis could not be told of it. */
  Mono<Void> open(Name name, UUID jobId) {
    return stores
        .run(
            () -> {
              calls.open(name, jobId);
              return true;
            })
        .onErrorReturn(DataAccessException.class, false)
        .onErrorReturn(RejectedExecutionException.class, false)
        .then();
  }

  /** Ends the call; whether its client has cancelled it, as far as Redis can tell. */
  Mono<Boolean> close(Name name, UUID jobId) {
    return stores
        .run(() -> calls.close(name, jobId))
        .onErrorReturn(DataAccessException.class, false)
        .onErrorReturn(RejectedExecutionException.class, false);
  }

  /** Ends the job of a call, if there is one of that name. Returns at once. */
  void cancel(Name name) {
    stores
        .run(() -> calls.cancel(name))
        .flatMap(Mono::justOrEmpty)
        .subscribe(
            jobId -> cancel(jobId, name.owner()),
            away -> log.warn("A call could not be cancelled: {}", away.toString()));
  }

  /** Ends a job, also one that is just being let in. Returns at once. */
  void cancel(UUID jobId, String owner) {
    // A call has no id of its caller's.
    Reply cancelled =
        Reply.to(new Reply.About(jobId, null, WideResults.NONE), new Outcome.Cancelled(), speaker);
    stores
        .run(() -> Optional.of(ends.cancel(jobId, owner, cancelled)).filter(CallRegister::isKnown))
        .flatMap(Mono::justOrEmpty)
        .repeatWhenEmpty(LOOKS, looks -> looks.delayElements(BETWEEN_LOOKS))
        .subscribe(
            ended -> log.debug("Job {}: its caller cancelled it; {}", jobId, ended),
            failed ->
                log.debug("Job {} was cancelled, and is not known: {}", jobId, failed.toString()));
  }

  private static boolean isKnown(Cancellation cancellation) {
    return cancellation != Cancellation.UNKNOWN;
  }
}
