package io.millrace.worker.output;

import io.millrace.store.OutputStreams;
import io.millrace.store.OutputStreams.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Sends on, at every beat, what the jobs of this worker have written since the last one. While
 * Redis is away it waits, bounded by the jobs' own output limit. Thread-safe.
 */
public final class LiveOutput implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LiveOutput.class);

  private final OutputStreams streams;
  private final Set<Recording> withNews = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "live-output");
            thread.setDaemon(true);
            return thread;
          });

  /** Begins to beat. */
  public LiveOutput(OutputStreams streams, Duration beat) {
    this.streams = streams;
    var unused =
        beats.scheduleWithFixedDelay(
            this::sendNews, beat.toMillis(), beat.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A recording for one attempt of a job. */
  public Recording open(UUID jobId, int attempt) {
    return new Recording(jobId, attempt, this);
  }

  void hasNews(Recording recording) {
    withNews.add(recording);
  }

  void forget(Recording recording) {
    withNews.remove(recording);
  }

  private void sendNews() {
    for (Recording recording : List.copyOf(withNews)) {
      withNews.remove(recording);
      try {
        send(recording, Channel.STDOUT, recording.stdout);
        send(recording, Channel.STDERR, recording.stderr);
      } catch (DataAccessException e) {
        withNews.add(recording);
        log.debug("Output of job {} waits for Redis", recording.jobId);
        return;
      }
    }
  }

  private void send(Recording recording, Channel channel, TextSoFar text) {
    for (TextSoFar.Piece piece = text.next(OutputStreams.MAX_PIECE);
        !piece.text().isEmpty();
        piece = text.next(OutputStreams.MAX_PIECE)) {
      streams.append(
          recording.jobId,
          new OutputStreams.Piece(recording.attempt, channel, piece.at(), piece.text()));
      text.sent(piece);
    }
  }

  @Override
  public void close() {
    beats.shutdownNow();
  }
}
