package io.millrace.gateway.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.JobState;
import io.millrace.job.ReplyBody;
import io.millrace.store.JobStatus;
import io.millrace.store.OutputStreams.Channel;
import io.millrace.store.OutputStreams.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JobFollowerTest {

  private static final String REPLY =
      "{\"code\":200,\"response\":{\"stdout\":\"abcdef\",\"stderr\":\"x\"}}";

  private final JobFollower follower = new JobFollower(Position.START);

  @Test
  void aJobIsHeardFromItsQueueToItsEnd() {
    List<JobEvent> all = new ArrayList<>();
    all.addAll(follower.news(job(JobState.QUEUED, 0, null), List.of()));
    all.addAll(follower.news(job(JobState.QUEUED, 0, null), List.of()));
    all.addAll(follower.news(job(JobState.RUNNING, 1, null), List.of(out(1, 0, "abc"))));
    all.addAll(follower.news(job(JobState.SUCCEEDED, 1, REPLY), List.of()));
    assertThat(all.stream().map(JobFollowerTest::brief))
        .containsExactly(
            "state queued",
            "state running",
            "stdout 0 abc",
            "stdout 3 def",
            "stderr 0 x",
            "state succeeded",
            "end succeeded");
  }

  @Test
  void aWatcherThatComesBackHearsOnlyWhatItMissed() {
    follower.news(job(JobState.RUNNING, 1, null), List.of());
    List<JobEvent> before =
        follower.news(job(JobState.RUNNING, 1, null), List.of(out(1, 0, "abc")));
    JobFollower later = new JobFollower(Position.ofId(before.get(0).id()));
    List<JobEvent> after =
        later.news(job(JobState.RUNNING, 1, null), List.of(out(1, 0, "abc"), out(1, 3, "d")));
    assertThat(after.stream().map(JobFollowerTest::brief)).containsExactly("stdout 3 d");
  }

  @Test
  void aPieceThatOverlapsIsToldFromWhereTheWatcherIs() {
    JobFollower later = new JobFollower(Position.ofId("1-running-2-0"));
    List<JobEvent> news = later.news(job(JobState.RUNNING, 1, null), List.of(out(1, 0, "abcd")));
    assertThat(news.stream().map(JobFollowerTest::brief)).containsExactly("stdout 2 cd");
  }

  @Test
  void whenTheJobIsStartedAgainItsOutputBeginsAgain() {
    follower.news(job(JobState.RUNNING, 1, null), List.of(out(1, 0, "abc")));
    List<JobEvent> news =
        follower.news(job(JobState.RUNNING, 2, null), List.of(out(1, 3, "old"), out(2, 0, "new")));
    assertThat(news.stream().map(JobFollowerTest::brief))
        .containsExactly("state running", "stdout 0 new");
    assertThat(data(news.get(0)).path("restarted").asBoolean()).isTrue();
  }

  @Test
  void whatTheStreamLostIsInTheReply() {
    List<JobEvent> news = follower.news(job(JobState.SUCCEEDED, 1, REPLY), List.of());
    assertThat(news.stream().map(JobFollowerTest::brief))
        .containsExactly("stdout 0 abcdef", "stderr 0 x", "state succeeded", "end succeeded");
    assertThat(data(news.get(3)).path("reply").path("code").asInt()).isEqualTo(200);
  }

  @Test
  void aForeignEventIdIsTheBeginning() {
    for (String id :
        new String[] {"", "x", "1-succeeded-0-0", "1-running-0", "99999999999-running-0-0"}) {
      assertThat(Position.ofId(id)).isEqualTo(Position.START);
    }
  }

  @Test
  void anEventIsOneFrameWhateverTheOutputHolds() {
    JobFollower running = new JobFollower(Position.ofId("1-running-0-0"));
    List<JobEvent> news =
        running.news(job(JobState.RUNNING, 1, null), List.of(out(1, 0, "a\n\ndata: b\r")));
    String frame = new String(news.get(0).bytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(frame)
        .isEqualTo(
            "id: 1-running-11-0\nevent: stdout\ndata: {\"at\":0,\"text\":\"a\\n\\ndata: b\\r\"}\n\n");
  }

  private static Piece out(int attempt, int at, String text) {
    return new Piece(attempt, Channel.STDOUT, at, text);
  }

  private static JobStatus job(JobState state, int attempt, @Nullable String reply) {
    return new JobStatus(
        new UUID(1, 2),
        "owner",
        null,
        state,
        1L,
        null,
        null,
        attempt,
        null,
        false,
        null,
        reply == null ? null : new ReplyBody.Whole(reply),
        null);
  }

  private static String brief(JobEvent event) {
    JsonNode data = data(event);
    return event.name().startsWith("std")
        ? event.name() + " " + data.path("at").asInt() + " " + data.path("text").asString()
        : event.name() + " " + data.path("state").asString();
  }

  private static JsonNode data(JobEvent event) {
    return new JsonMapper().readTree(event.data());
  }
}
