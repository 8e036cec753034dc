package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class MintedReplyReadTest {

  private static final Reply.Speaker SPEAKER = new Reply.Speaker(42, 7, "1.0.0");
  private static final String TIMES =
      "\"run_time\":0.004,\"queue_time\":0.003,\"total_time\":0.008,\"queue_length\":12";

  private static void comesBack(Outcome outcome) {
    Reply reply = Reply.to(new Reply.About(UUID.randomUUID(), "i", null), outcome, SPEAKER);
    MintedReply read = MintedReply.of(reply.head() + TIMES + reply.tail()).orElseThrow();
    assertThat(read.reply()).isEqualTo(reply);
    assertThat(read.times()).isEqualTo("0.004 0.003 0.008 12");
  }

  @Test
  void everyKindOfReplyIsReadAgainAsItWasMinted() {
    Output sly = new Output(TIMES, "\"reason\":\"cancelled\"", true);
    comesBack(new Outcome.Succeeded(sly, "{" + TIMES + ",\"code\":408}"));
    comesBack(new Outcome.Failed(sly, "exception", TIMES, 1));
    comesBack(new Outcome.TimedOut(sly, 3));
    comesBack(new Outcome.Cancelled());
    comesBack(new Outcome.GivenUp("internal", "We failed"));
  }

  @Test
  void whatIsNoReplyIsNone() {
    assertThat(MintedReply.of("{}")).isEmpty();
    assertThat(MintedReply.of("{" + TIMES)).isEmpty();
  }
}
