package io.millrace.gateway.admission;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.queue.LogWatch;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.job.Reply;
import io.millrace.queue.QueueSettings;
import io.millrace.store.AdmissionGate;
import io.millrace.store.AdmissionGate.Admitted;
import io.millrace.store.AdmissionGate.Candidate;
import io.millrace.store.AdmissionGate.Decision;
import io.millrace.store.AdmissionGate.InFlight;
import io.millrace.store.AdmissionGate.OtherBody;
import io.millrace.store.AdmissionGate.OwnerFull;
import io.millrace.store.AdmissionGate.OwnerStoresTooMuch;
import io.millrace.store.AdmissionGate.OwnerTooFast;
import io.millrace.store.AdmissionGate.OwnerTooHeavy;
import io.millrace.store.AdmissionGate.QueueFull;
import io.millrace.store.AdmissionGate.Repeated;
import io.millrace.store.AdmissionGate.StoreFull;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.stereotype.Component;

/** Asks the gate and puts its answer into words. Thread-safe; blocks for one round trip. */
@Component
public final class Admission {

  private static final String KEY_LIMIT = "key_limit";

  /** What is in the store stays for minutes. */
  private static final int FULL_SECONDS = 15;

  private final AdmissionGate gate;
  private final QueueMonitor monitor;
  private final LogWatch logs;
  private final QueueSettings queue;
  private final Reply.Speaker speaker;
  private final RetryAfter retryAfter;

  Admission(
      AdmissionGate gate,
      QueueMonitor monitor,
      LogWatch logs,
      QueueSettings queue,
      Reply.Speaker speaker,
      GatewaySettings settings) {
    this.gate = gate;
    this.monitor = monitor;
    this.logs = logs;
    this.queue = queue;
    this.speaker = speaker;
    this.retryAfter =
        new RetryAfter(
            System::nanoTime, ThreadLocalRandom::current, settings.gateway().maxRetryAfter());
  }

  /** Lets the job in, or says why not. */
  public Verdict ask(Candidate candidate) {
    Decision decision = gate.admit(candidate, !monitor.memory().admits() || logs.isFull());
    if (decision instanceof Admitted in) {
      return new Verdict.LetIn(in.lane(), in.queueLength(), in.acceptedAt());
    }
    return decision instanceof Repeated repeated
        ? new Verdict.Repeat(repeated.firstJobId())
        : new Verdict.No(no(decision, candidate));
  }

  private ApiError no(Decision decision, Candidate candidate) {
    String id = candidate.request().id();
    if (decision instanceof QueueFull full) {
      String message = "MAX_QUEUE_LENGTH (" + queue.maxLength() + ") reached";
      long wait = retryAfter.seconds(monitor.reading());
      return refusal(message, "queue_full", wait, full.queueLength(), candidate);
    }
    if (decision instanceof OwnerFull full) {
      String message =
          "This key may have " + candidate.limits().queued() + " jobs waiting, and has";
      long wait = retryAfter.seconds(monitor.reading());
      return refusal(message, KEY_LIMIT, wait, full.queueLength(), candidate);
    }
    if (decision instanceof OwnerTooFast fast) {
      String message = "This key may send " + candidate.limits().rate() + " jobs a second";
      long wait = retryAfter.seconds(fast.retryAfter());
      return refusal(message, KEY_LIMIT, wait, fast.queueLength(), candidate);
    }
    if (decision instanceof OwnerStoresTooMuch full) {
      String message =
          "This key may have " + candidate.limits().stored() + " bytes of replies kept, and has";
      long wait = retryAfter.seconds(full.retryAfter());
      return refusal(message, KEY_LIMIT, wait, full.queueLength(), candidate);
    }
    if (decision instanceof OwnerTooHeavy heavy) {
      String message = "This key may send " + candidate.limits().bytes() + " bytes a second";
      long wait = retryAfter.seconds(heavy.retryAfter());
      return refusal(message, KEY_LIMIT, wait, heavy.queueLength(), candidate);
    }
    if (decision instanceof StoreFull) {
      return ApiError.unavailable(
              "There is no room for more jobs until some have run or their results have expired",
              FULL_SECONDS)
          .withId(id);
    }
    if (decision instanceof InFlight first) {
      return ApiError.inFlight(first.firstJobId()).withId(id);
    }
    return decision instanceof OtherBody
        ? ApiError.otherBody().withId(id)
        : ApiError.unavailable("The queue is being rebuilt; try again", 1).withId(id);
  }

  private ApiError refusal(
      String message, String reason, long wait, long queueLength, Candidate candidate) {
    return ApiError.tooMany(message, reason, wait)
        .withId(candidate.request().id())
        .with("job_id", candidate.jobId().toString())
        .with("pid", speaker.pid())
        .with("queue_id", speaker.queueId())
        .with("max_queue_length", queue.maxLength() == 0 ? "unlimited" : queue.maxLength())
        .with("queue_length", queueLength)
        .with("build_number", speaker.buildNumber())
        .withJob(candidate.jobId());
  }
}
