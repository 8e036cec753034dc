package io.millrace.gateway.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What becomes of a job in the gateway's hands is counted, once. */
@Tag("services")
class SubmissionMetersTest {

  private TestGateway gateway;
  private HandWorker worker;
  private Api api;

  @BeforeEach
  void start() {
    gateway = TestGateway.start("millrace.queue.max-length=1");
    worker = HandWorker.holding(gateway.context());
    api = new Api(gateway, TestGateway.KEY);
  }

  @AfterEach
  void stop() {
    worker.close();
    gateway.close();
  }

  @Test
  void acceptedRefusedAndCancelledJobsAreCountedUnderTheirReasons() {
    haveOneRun();
    String waiting =
        Api.json(api.execute(Api.code("waiting"), "Prefer", "respond-async"))
            .get("job_id")
            .asString();
    HttpResponse<String> refused = api.execute(Api.code("one too many"));

    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(count("millrace.refusals", "reason", "queue_full")).isEqualTo(1);
    Eventually.holds(() -> gauge("millrace.queue.length") == 1);
    assertThat(gauge("millrace.queue.max.length")).isEqualTo(1);
    assertThat(
            count("millrace.jobs.accepted", "lane", "first")
                + count("millrace.jobs.accepted", "lane", "bulk"))
        .isEqualTo(2);

    api.delete("/v1/jobs/" + waiting);
    api.delete("/v1/jobs/" + waiting);
    assertThat(count("millrace.jobs.ended", "state", "cancelled")).isEqualTo(1);
    Eventually.holds(() -> gauge("millrace.queue.length") == 0);
  }

  @Test
  void aJobWhoseCallerLeavesIsCountedAsCancelled() {
    haveOneRun();
    CompletableFuture<HttpResponse<String>> caller = api.executeLater(Api.code("waiting"));
    Eventually.holds(() -> gauge("millrace.callers.waiting") == 1);
    Eventually.holds(() -> gauge("millrace.queue.length") == 1);

    caller.cancel(true);

    Eventually.holds(() -> count("millrace.jobs.ended", "state", "cancelled") == 1);
    assertThat(gauge("millrace.callers.places")).isEqualTo(15_000);
  }

  /** A busy broker may let the first send time out, and others' jobs be left in the same queue. */
  private void haveOneRun() {
    String running =
        Eventually.value(
            Duration.ofSeconds(30),
            () -> {
              JsonNode said = Api.json(api.execute(Api.code("running"), "Prefer", "respond-async"));
              return said.get("code").asInt() == 202 ? said.get("job_id").asString() : null;
            });
    Eventually.holds(() -> worker.runs(running) == 1);
  }

  private double count(String name, String tag, String value) {
    return gateway.bean(MeterRegistry.class).get(name).tag(tag, value).counter().count();
  }

  private double gauge(String name) {
    return gateway.bean(MeterRegistry.class).get(name).gauge().value();
  }
}
