package io.millrace.gateway.mcp;

import io.millrace.gateway.job.JobLookup;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.queue.StoreCalls;
import io.millrace.job.JobState;
import io.millrace.store.JobStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a client hears of its call while the job waits and runs. */
@Component
final class CallProgress {

  private final JobLookup jobs;
  private final QueueMonitor queue;
  private final StoreCalls stores;
  private final McpSettings settings;

  CallProgress(JobLookup jobs, QueueMonitor queue, StoreCalls stores, McpSettings settings) {
    this.jobs = jobs;
    this.queue = queue;
    this.stores = stores;
    this.settings = settings;
  }

  /** Notifications at each beat, the first at once, until nobody listens. */
  Flux<ObjectNode> of(JsonNode token, UUID jobId, String owner) {
    return Flux.defer(
        () -> {
          long begin = System.nanoTime();
          return Flux.interval(Duration.ZERO, settings.progressBeat())
              .onBackpressureDrop()
              .concatMap(beat -> phase(jobId, owner), 1)
              .map(phase -> notification(token, (System.nanoTime() - begin) / 1e9, phase));
        });
  }

  private Mono<String> phase(UUID jobId, String owner) {
    return stores
        .run(() -> jobs.find(jobId.toString(), owner))
        .onErrorReturn(DataAccessException.class, Optional.empty())
        .onErrorReturn(RejectedExecutionException.class, Optional.empty())
        .map(found -> found.map(JobStatus::state).orElse(JobState.QUEUED))
        .map(this::words);
  }

  private String words(JobState state) {
    if (state == JobState.RUNNING) {
      return "The program runs";
    }
    return state.isTerminal()
        ? "The program has ended"
        : "The program waits to be started; " + queue.reading().queueLength() + " wait in all";
  }

  private static ObjectNode notification(JsonNode token, double seconds, String phase) {
    ObjectNode message = McpMessage.JSON.createObjectNode().put("jsonrpc", "2.0");
    message.put("method", "notifications/progress");
    ObjectNode params = message.putObject("params");
    params.set("progressToken", token);
    params.put("progress", Math.round(seconds * 1000) / 1000.0).put("message", phase);
    return message;
  }
}
