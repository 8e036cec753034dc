package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A gateway that stops leaves nobody without an answer. */
@Tag("services")
class DrainTest {

  @Test
  void aCallerWhoStillWaitsWhenTheGraceEndsGetsItsJobsAddress() {
    TestGateway stopping =
        TestGateway.start(
            "spring.lifecycle.timeout-per-shutdown-phase=20s", "millrace.gateway.drain-margin=19s");
    CompletableFuture<HttpResponse<String>> waiting =
        new Api(stopping, TestGateway.KEY).executeLater(Api.code("goes on"));
    Eventually.holds(() -> stopping.bean(QueueMonitor.class).reading().queueLength() == 1);
    assertThat(stopping.bean(ReplyAwaiter.class).size()).isEqualTo(1);
    stopping.close();

    HttpResponse<String> answer = waiting.join();
    assertThat(answer.statusCode()).isEqualTo(202);
    try (TestGateway next = TestGateway.startBeside()) {
      Api api = new Api(next, TestGateway.KEY);
      String location = answer.headers().firstValue("Location").orElseThrow();
      assertThat(Api.json(api.get(location)).get("state").asString()).isEqualTo("queued");
      assertThat(Api.json(api.delete(location)).get("state").asString()).isEqualTo("cancelled");
    }
  }
}
