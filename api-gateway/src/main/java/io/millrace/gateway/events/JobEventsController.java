package io.millrace.gateway.events;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.millrace.gateway.job.JobLookup;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.Replies;
import io.millrace.job.JobState;
import io.millrace.queue.LogAwayException;
import io.millrace.store.JobStatus;
import io.millrace.store.OutputStreams;
import io.millrace.store.OutputStreams.Pieces;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Server-sent events of one job: its states, what it writes as it writes it, its end. */
@RestController
final class JobEventsController {

  private static final MediaType EVENTS =
      MediaType.parseMediaType("text/event-stream;charset=UTF-8");
  private static final int MOST_PIECES = 64;
  private static final Duration FOLLOW = Duration.ofSeconds(2);

  private final JobLookup jobs;
  private final OutputStreams outputs;
  private final StoreCalls stores;
  private final Replies replies;
  private final Watchers watchers;
  private final EventSettings settings;
  private final ApiErrors errors;

  JobEventsController(
      JobLookup jobs,
      OutputStreams outputs,
      StoreCalls stores,
      Replies replies,
      Watchers watchers,
      EventSettings settings,
      ApiErrors errors) {
    this.jobs = jobs;
    this.outputs = outputs;
    this.stores = stores;
    this.replies = replies;
    this.watchers = watchers;
    this.settings = settings;
    this.errors = errors;
  }

  @GetMapping("/v1/jobs/{jobId}/events")
  Mono<Void> watch(@PathVariable String jobId, ServerWebExchange exchange) {
    if (!watchers.tryEnter()) {
      return errors.write(
          ApiError.unavailable("Too many watch jobs here; try again", 5), exchange.getResponse());
    }
    String owner = Caller.of(exchange).owner();
    return stores
        .run(() -> jobs.find(jobId, owner))
        .flatMap(
            found ->
                found.isPresent()
                    ? stream(found.get(), exchange)
                    : errors.write(
                        ApiError.notFound("No such job, or its result has expired"),
                        exchange.getResponse()))
        .doFinally(signal -> watchers.leave());
  }

  private Mono<Void> stream(JobStatus job, ServerWebExchange exchange) {
    ServerHttpResponse response = exchange.getResponse();
    response.setStatusCode(HttpStatus.OK);
    response.getHeaders().setContentType(EVENTS);
    response.getHeaders().set("X-Accel-Buffering", "no");
    DataBufferFactory buffers = response.bufferFactory();
    Position heard = Position.ofId(exchange.getRequest().getHeaders().getFirst("Last-Event-ID"));
    Flux<DataBuffer> wire =
        watchers.whileServing(new Watch(job, new JobFollower(heard)).wire()).map(buffers::wrap);
    return response.writeAndFlushWith(wire.map(Mono::just));
  }

  private record Look(Pieces pieces, Optional<JobStatus> job) {}

  /** One watcher's look at one job, again and again until its end. */
  private final class Watch {
    private final JobStatus job;
    private final JobFollower follower;
    private String last = "0";
    private Duration silence = Duration.ZERO;
    private Duration followed = Duration.ZERO;
    private int followedAttempt;
    private boolean over;

    Watch(JobStatus job, JobFollower follower) {
      this.job = job;
      this.follower = follower;
    }

    Flux<byte[]> wire() {
      Mono<List<byte[]>> look =
          stores
              .run(this::look)
              .flatMap(this::news)
              .onErrorReturn(DataAccessException.class, List.of())
              .onErrorReturn(LogAwayException.class, List.of())
              .onErrorReturn(RejectedExecutionException.class, List.of());
      return look.repeatWhen(looks -> looks.takeWhile(any -> !over).delayElements(settings.beat()))
          .concatMapIterable(this::orComment)
          // The head of the reply goes out with it, while there may be nothing to tell for long.
          .startWith(JobEvent.COMMENT);
    }

    private Look look() {
      // Output first: what an attempt wrote is never older than the state that is read after it.
      Pieces pieces = outputs.read(job.jobId(), last, MOST_PIECES);
      Optional<JobStatus> now = jobs.find(job.jobId().toString(), job.owner());
      now.filter(this::mustBeFollowed).ifPresent(each -> outputs.follow(each.jobId()));
      return new Look(pieces, now);
    }

    /** Its worker passes on what is watched, and believes that for some seconds. */
    private boolean mustBeFollowed(JobStatus now) {
      followed = followed.plus(settings.beat());
      if (now.attempt() == followedAttempt && followed.compareTo(FOLLOW) < 0) {
        return false;
      }
      followed = Duration.ZERO;
      followedAttempt = now.attempt();
      return now.state() == JobState.RUNNING;
    }

    private Mono<List<byte[]>> news(Look look) {
      if (look.job().isEmpty()) {
        over = true;
        return Mono.just(List.of());
      }
      return replies.whole(look.job().get()).map(now -> news(look.pieces(), now));
    }

    private List<byte[]> news(Pieces pieces, JobStatus now) {
      last = pieces.last();
      over = now.state().isTerminal();
      return follower.news(now, pieces.pieces()).stream().map(JobEvent::bytes).toList();
    }

    private List<byte[]> orComment(List<byte[]> news) {
      silence = news.isEmpty() ? silence.plus(settings.beat()) : Duration.ZERO;
      if (silence.compareTo(settings.keepAlive()) < 0) {
        return news;
      }
      silence = Duration.ZERO;
      return List.of(JobEvent.COMMENT);
    }
  }
}
