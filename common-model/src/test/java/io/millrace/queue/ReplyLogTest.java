package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.Reply;
import io.millrace.job.ReplyBody;
import io.millrace.testing.Log;
import io.millrace.testing.Store;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class ReplyLogTest {

  private static final String TIMES = "0.001 0.002 0.003 4";

  private final Log log = Log.drained();

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void aReplyIsReadAsItWasMinted() throws Exception {
    Map<UUID, String> addresses = new HashMap<>();
    Map<UUID, Reply> replies = new HashMap<>();
    for (int i = 0; i < 10; i++) {
      UUID jobId = UUID.randomUUID();
      Reply reply = reply(jobId, "\u00e9\ud83d\ude00\u0000\n\"" + "x".repeat(i * 400_000));
      replies.put(jobId, reply);
      addresses.put(jobId, write(jobId, reply));
    }
    addresses.entrySet().parallelStream()
        .forEach(
            each ->
                assertThat(log.replies.read(each.getKey(), at(each.getValue())))
                    .hasValue(replies.get(each.getKey()).body(TIMES)));
  }

  @Test
  void aReplyThatTheLogLetGoOfIsEmptyAtOnce() throws Exception {
    UUID jobId = UUID.randomUUID();
    String gone = write(jobId, reply(jobId, "gone"));
    UUID next = UUID.randomUUID();
    String kept = write(next, reply(next, "kept"));
    log.admin
        .deleteRecords(
            Map.of(
                new TopicPartition(Topics.REPLIES, 0), RecordsToDelete.beforeOffset(offset(kept))))
        .all()
        .get(20, TimeUnit.SECONDS);
    long startedAt = System.nanoTime();
    assertThat(log.replies.read(jobId, at(gone))).isEmpty();
    assertThat(System.nanoTime() - startedAt).isLessThan(TimeUnit.SECONDS.toNanos(4));
    assertThat(log.replies.read(next, at(kept))).isPresent();
  }

  @Test
  void anOffsetThatIsUsedAgainIsNotTakenForTheReply() throws Exception {
    UUID jobId = UUID.randomUUID();
    String address = write(jobId, reply(jobId, "mine"));
    assertThat(log.replies.read(UUID.randomUUID(), at(address))).as("another job's").isEmpty();
    String elsewhere = "AAAAAAAAAAAAAAAAAAAAAA:" + offset(address);
    assertThat(log.replies.read(jobId, at(elsewhere))).as("another topic's").isEmpty();
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNotTakenForAReplyThatIsGone() {
    try (ReplyLog nowhere =
        new ReplyLog(log.queue, Log.clients("127.0.0.1:1")::singleRecordReader, () -> "topic")) {
      assertThatThrownBy(() -> nowhere.read(UUID.randomUUID(), at("topic:0")))
          .isInstanceOf(LogAwayException.class);
    }
  }

  private String write(UUID jobId, Reply reply) throws Exception {
    return log.replies.write(jobId, reply).get(20, TimeUnit.SECONDS);
  }

  private static Reply reply(UUID jobId, String stdout) {
    Outcome outcome = new Outcome.Succeeded(new Output(stdout, "", false), "null");
    return Reply.to(new Reply.About(jobId, "id", null), outcome, Store.SPEAKER);
  }

  private static ReplyBody at(String address) {
    return new ReplyBody.InLog(address, TIMES);
  }

  private static long offset(String address) {
    return Long.parseLong(address.substring(address.indexOf(':') + 1));
  }
}
