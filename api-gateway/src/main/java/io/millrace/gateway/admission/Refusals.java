package io.millrace.gateway.admission;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.queue.LogWatch;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.job.Job;
import io.millrace.job.Reply;
import io.millrace.job.WideInputs;
import io.millrace.queue.QueueSettings;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Puts a job's refusal into the words of the API. Thread-safe. */
@Component
public final class Refusals {

  private static final String KEY_LIMIT = "key_limit";

  /** What is in the store stays for minutes. */
  private static final int FULL_SECONDS = 15;

  private final QueueMonitor monitor;
  private final LogWatch logs;
  private final QueueSettings queue;
  private final Reply.Speaker speaker;
  private final RetryAfter retryAfter;

  Refusals(
      QueueMonitor monitor,
      LogWatch logs,
      QueueSettings queue,
      Reply.Speaker speaker,
      GatewaySettings settings) {
    this.monitor = monitor;
    this.logs = logs;
    this.queue = queue;
    this.speaker = speaker;
    this.retryAfter =
        new RetryAfter(
            System::nanoTime, ThreadLocalRandom::current, settings.gateway().maxRetryAfter());
  }

  /**
   * What the caller of this job, or of the batch that it stands for, is told, whose key has these
   * limits.
   */
  public ApiError error(Refused refused, Job job, OwnerLimits limits) {
    return switch (refused.why()) {
      case QUEUE_FULL ->
          full("MAX_QUEUE_LENGTH (" + queue.maxLength() + ") reached", "queue_full", refused, job);
      case KEY_FULL ->
          full(
              "This key may have " + limits.queued() + " jobs waiting, and has",
              KEY_LIMIT,
              refused,
              job);
      case KEY_RATE -> early("This key may send " + limits.rate() + " jobs a second", refused, job);
      case KEY_STORED ->
          early(
              "This key may have " + limits.stored() + " bytes of replies kept, and has",
              refused,
              job);
      case KEY_BYTES ->
          early("This key may send " + limits.bytes() + " bytes a second", refused, job);
      case DEADLINE ->
          full(
              "The job would not start within the " + startWithin(job) + " seconds that it has",
              Reply.DEADLINE,
              refused,
              job);
      case FILE_NOT_FOUND -> ApiError.fileNotFound(refused.about()).withId(job.request().id());
      case NO_FILE_STORE -> ApiError.noFileStore().withId(job.request().id());
      case FILES_AWAY -> unavailable("The store of files cannot be reached now; try again", 1, job);
      case STORE_FULL ->
          unavailable(
              "There is no room for more jobs until some have run or their results have expired",
              FULL_SECONDS,
              job);
      case OTHER_BODY -> ApiError.otherBody().withId(job.request().id());
      case REBUILDING -> unavailable("The queue is being rebuilt; try again", 1, job);
      case AWAY -> unavailable("The queue cannot take jobs now; try again", 1, job);
      case NO_PLACE ->
          unavailable("Too many callers wait for their replies here; try again", 1, job);
    };
  }

  /** Seconds until a job starts that has so many before it, by the measured drain. */
  public double estimatedStart(long ahead) {
    return retryAfter.untilStarted(ahead, monitor.reading());
  }

  /**
   * Why the gate is to let none of so many jobs like this one in, unless they are a repeat; null
   * for no such reason.
   */
  public @Nullable Refusal shut(Job job, int jobs) {
    if (!monitor.memory().admits() || logs.isFull()) {
      return Refusal.STORE_FULL;
    }
    return startsTooLate(job, jobs) ? Refusal.DEADLINE : null;
  }

  /** Whether the measured drain says that the last of them cannot start in the time that it has. */
  private boolean startsTooLate(Job job, int jobs) {
    Integer within = startWithin(job);
    long ahead = within == null ? 0 : monitor.reading().queueLength() + jobs - 1;
    return within != null && ahead > 0 && estimatedStart(ahead) > within;
  }

  private static @Nullable Integer startWithin(Job job) {
    WideInputs wide = job.request().wide();
    return wide == null ? null : wide.startWithin();
  }

  private static ApiError unavailable(String message, long wait, Job job) {
    return ApiError.unavailable(message, wait).withId(job.request().id());
  }

  /** As many wait as may: worth coming again when the queue has moved on. */
  private ApiError full(String message, String reason, Refused refused, Job job) {
    return tooMany(message, reason, retryAfter.seconds(monitor.reading()), refused, job);
  }

  /** Worth coming again when the key's next job is due. */
  private ApiError early(String message, Refused refused, Job job) {
    return tooMany(message, KEY_LIMIT, retryAfter.seconds(refused.retryAfter()), refused, job);
  }

  private ApiError tooMany(String message, String reason, long wait, Refused refused, Job job) {
    ApiError error =
        ApiError.tooMany(message, reason, wait)
            .withId(job.request().id())
            .with(job.batch() == null ? "job_id" : "batch_id", job.jobId().toString())
            .with("pid", speaker.pid())
            .with("queue_id", speaker.queueId())
            .with("max_queue_length", queue.maxLength() == 0 ? "unlimited" : queue.maxLength())
            .with("queue_length", refused.queueLength())
            .with("build_number", speaker.buildNumber());
    ApiError named = job.batch() == null ? error.withJob(job.jobId()) : error;
    return job.request().wide() == null
        ? named
        : named.with("estimated_start", estimatedStart(refused.queueLength()));
  }
}
