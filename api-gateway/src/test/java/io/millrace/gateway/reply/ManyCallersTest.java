package io.millrace.gateway.reply;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.RawClient;
import io.millrace.gateway.support.RawResponse;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Waiting costs no thread. */
@Tag("services")
class ManyCallersTest {

  private static final int CALLERS = 80;

  @Test
  void manyCallersWaitWithoutAThreadEachAndAllGetTheirReply() throws Exception {
    List<RawClient> callers = new ArrayList<>();
    try (TestGateway gateway = TestGateway.start();
        HandWorker worker = HandWorker.holding(gateway.context())) {
      int threadsBefore = Thread.activeCount();
      for (int i = 0; i < CALLERS; i++) {
        RawClient caller = new RawClient(gateway.port());
        callers.add(caller);
        caller.send(request("caller " + i));
      }
      Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == CALLERS);
      assertThat(Thread.activeCount() - threadsBefore).isLessThan(CALLERS / 2);

      worker.letGo(CALLERS);
      for (int i = 0; i < CALLERS; i++) {
        List<RawResponse> answers = callers.get(i).readAnswers(1, Duration.ofMinutes(2));
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).text()).contains("\"stdout\":\"caller " + i + "\"");
      }
      Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == 0);
      assertThat(worker.started()).isEqualTo(CALLERS);
    } finally {
      for (RawClient caller : callers) {
        caller.close();
      }
    }
  }

  @Test
  void oneCallerTooManyIsToldSoAtOnce() throws Exception {
    try (TestGateway gateway = TestGateway.start("millrace.gateway.max-waiting=1");
        RawClient first = new RawClient(gateway.port());
        RawClient second = new RawClient(gateway.port())) {
      first.send(request("first"));
      Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == 1);
      second.send(request("second"));

      RawResponse refused = second.readAnswers(1, Duration.ofMinutes(1)).get(0);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("retry-after")).isNotNull();
      first.reset();
      Eventually.holds(() -> gateway.bean(ReplyAwaiter.class).size() == 0);
    }
  }

  private static String request(String code) {
    String body = "{\"code\":\"" + code + "\"}";
    return "POST /v1/code/execute/python HTTP/1.1\r\nHost: a\r\nx-api-key: "
        + TestGateway.KEY
        + "\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }
}
