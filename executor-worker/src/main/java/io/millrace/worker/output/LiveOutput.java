package io.millrace.worker.output;

import io.millrace.store.OutputStreams;
import io.millrace.store.OutputStreams.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Sends on, a beat after there is any, what those jobs of this worker that somebody watches have
 * written. What nobody watches, or what Redis cannot take now, waits here, bounded by the jobs' own
 * output limit: who comes late is sent all of it. Thread-safe.
 */
public final class LiveOutput implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LiveOutput.class);

  /** A gateway says every two seconds that somebody still watches. */
  private static final Duration WATCHED = Duration.ofSeconds(10);

  private final OutputStreams streams;
  private final LongSupplier nanoTime;
  private final Map<UUID, Recording> open = new ConcurrentHashMap<>();
  private final Set<Recording> withNews = ConcurrentHashMap.newKeySet();
  private final long beatMillis;
  private final AtomicBoolean due = new AtomicBoolean();
  private final ScheduledThreadPoolExecutor beats =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread thread = new Thread(task, "live-output");
            thread.setDaemon(true);
            return thread;
          },
          new ThreadPoolExecutor.DiscardPolicy());

  /** Sends what there is once a beat. */
  public LiveOutput(OutputStreams streams, Duration beat) {
    this(streams, beat, System::nanoTime);
  }

  LiveOutput(OutputStreams streams, Duration beat, LongSupplier nanoTime) {
    this.streams = streams;
    this.nanoTime = nanoTime;
    this.beatMillis = beat.toMillis();
  }

  /** A recording for one attempt of a job. */
  public Recording open(UUID jobId, int attempt) {
    Recording recording = new Recording(jobId, attempt, this);
    open.put(jobId, recording);
    return recording;
  }

  /** Somebody watches this job, should it run here. */
  public void follow(UUID jobId) {
    Recording recording = open.get(jobId);
    if (recording != null) {
      recording.watchedUntil = nanoTime.getAsLong() + WATCHED.toNanos();
      recording.watched = true;
      sendLater(recording);
    }
  }

  void hasNews(Recording recording) {
    if (recording.watched) {
      sendLater(recording);
    }
  }

  private void sendLater(Recording recording) {
    withNews.add(recording);
    if (due.compareAndSet(false, true)) {
      var unused = beats.schedule(this::sendNews, beatMillis, TimeUnit.MILLISECONDS);
    }
  }

  void forget(Recording recording) {
    open.remove(recording.jobId, recording);
    withNews.remove(recording);
  }

  private boolean isWatched(Recording recording) {
    if (nanoTime.getAsLong() - recording.watchedUntil > 0) {
      recording.watched = false;
    }
    return recording.watched;
  }

  private void sendNews() {
    // Before anything is looked at: news of meanwhile is sent a beat later.
    due.set(false);
    for (Recording recording : List.copyOf(withNews)) {
      withNews.remove(recording);
      if (!isWatched(recording)) {
        continue;
      }
      try {
        send(recording, Channel.STDOUT, recording.stdout);
        send(recording, Channel.STDERR, recording.stderr);
      } catch (DataAccessException e) {
        sendLater(recording);
        log.debug("Output of job {} waits for Redis", recording.jobId);
        return;
      } catch (RuntimeException | Error e) {
        // Thrown on, it would end all live output for ever.
        log.error("Output of job {} is not passed on", recording.jobId, e);
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
