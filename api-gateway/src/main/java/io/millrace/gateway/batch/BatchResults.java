package io.millrace.gateway.batch;

import io.millrace.gateway.queue.StoreCalls;
import io.millrace.gateway.reply.Replies;
import io.millrace.job.ReplyBody;
import io.millrace.store.BatchStatus;
import io.millrace.store.BatchStore;
import io.millrace.store.BatchStore.Page;
import io.millrace.store.BatchStore.Part;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The replies of a batch's jobs in the order of its inputs, a line of JSON each. They are read page
 * by page, as fast as the caller takes them: no more than a page is in memory. Thread-safe.
 */
@Component
final class BatchResults {

  /** How soon a line follows its job's end. */
  private static final Duration BEAT = Duration.ofMillis(100);

  /** Of the states, as the store has them. */
  static final Map<String, String> LETTERS =
      Map.of(
          "preparing", "p",
          "queued", "q",
          "running", "r",
          "succeeded", "s",
          "failed", "f",
          "timed_out", "t",
          "cancelled", "c",
          "expired", "e");

  private final BatchStore store;
  private final StoreCalls stores;
  private final Replies replies;

  BatchResults(BatchStore store, StoreCalls stores, Replies replies) {
    this.store = store;
    this.stores = stores;
    this.replies = replies;
  }

  /**
   * Which results are asked for.
   *
   * @param from the first index
   * @param state of them, or empty for all
   * @param follow how long to wait for those that have not ended; zero: all are told as they are
   */
  record Question(int from, String state, Duration follow) {

    private String letters() {
      return LETTERS.getOrDefault(state, "");
    }

    private boolean follows() {
      return !follow.isZero();
    }
  }

  /** Pages of lines; empty when Redis has let go of the batch. */
  Flux<Flux<byte[]>> lines(UUID batchId, Question question) {
    Flux<Page> pages =
        page(batchId, question.from(), question).expand(page -> after(batchId, page, question));
    return (question.follows() ? pages.take(question.follow()) : pages)
        .limitRate(1)
        .filter(page -> !page.jobs().isEmpty())
        .map(page -> Flux.fromIterable(page.jobs()).concatMap(this::line, 1));
  }

  private Mono<Page> page(UUID batchId, int from, Question question) {
    return stores.run(() -> store.jobs(batchId, from, question.letters(), question.follows()));
  }

  private Mono<Page> after(UUID batchId, Page page, Question question) {
    Optional<Integer> next = page.next();
    if (next.isEmpty()) {
      return Mono.empty();
    }
    Mono<Page> following = page(batchId, next.get(), question);
    return page.jobs().isEmpty() ? Mono.delay(BEAT).then(following) : following;
  }

  private Mono<byte[]> line(Part part) {
    ReplyBody reply = part.reply();
    return part.jobId() == null || reply == null
        ? Mono.just(line(part, "null"))
        : replies.text(part.jobId(), reply).map(text -> line(part, text.orElse("null")));
  }

  private static byte[] line(Part part, String reply) {
    String jobId = part.jobId() == null ? "null" : '"' + part.jobId().toString() + '"';
    return ("{\"index\":"
            + part.index()
            + ",\"job_id\":"
            + jobId
            + ",\"state\":\""
            + part.state()
            + "\",\"reply\":"
            + (reply.isEmpty() ? "null" : reply)
            + "}\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The states that may be asked for, as a sentence has them. */
  static String states() {
    return String.join(", ", BatchStatus.STATES);
  }
}
