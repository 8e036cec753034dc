package io.millrace.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.Await;
import io.millrace.e2e.roles.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** One trace from the request to the webhook, through Kafka and the sandbox; logs as JSON. */
@Tag("services")
class OneTraceTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLERS_SPAN = "00f067aa0ba902b7";
  private static final String HTTP = "http post /v1/code/execute/python";
  private static final String[] NAMES = {
    HTTP,
    "http post", // Refused before anybody knew what it is for.
    "http get /v1/jobs/{jobId}/events",
    "submit job",
    "process job",
    "claim job",
    "run in sandbox",
    "record result",
    "deliver webhook"
  };
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static Observed millrace;

  @BeforeAll
  static void start() {
    millrace =
        new Observed(
            "json-logs",
            (plan, receiver) ->
                plan.with(
                        "MANAGEMENT_OPENTELEMETRY_TRACING_EXPORT_OTLP_ENDPOINT",
                        receiver.tracesUrl())
                    .with("MANAGEMENT_OPENTELEMETRY_TRACING_EXPORT_SCHEDULE_DELAY", "50ms")
                    .with("MANAGEMENT_TRACING_SAMPLING_PROBABILITY", "1.0")
                    .with("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs"));
  }

  @AfterAll
  static void stop() {
    millrace.close();
  }

  @Test
  void eachStepOfAJobIsASpanUnderTheStepThatLedToIt() {
    JsonNode accepted =
        millrace.caller.execute(
            Map.of("code", "print(1)", "webhook_url", millrace.receiver.hookUrl()),
            "traceparent",
            "00-" + TRACE + "-" + CALLERS_SPAN + "-01");
    String jobId = accepted.path("job_id").asString();

    ReceivedSpan delivery = span("deliver webhook", TRACE);
    ReceivedSpan http = span(HTTP, TRACE);
    ReceivedSpan submitted = span("submit job", TRACE);
    ReceivedSpan processed = span("process job", TRACE);
    assertThat(http.parent()).isEqualTo(CALLERS_SPAN);
    assertThat(submitted.parent()).isEqualTo(http.spanId());
    assertThat(processed.parent()).isEqualTo(submitted.spanId());
    for (String step : List.of("claim job", "run in sandbox", "record result")) {
      assertThat(span(step, TRACE).parent()).as(step).isEqualTo(processed.spanId());
    }
    assertThat(delivery.parent()).isEqualTo(processed.spanId());
    assertThat(Stream.of(http, submitted, delivery))
        .allMatch(s -> s.service().equals("millrace-gateway"));
    assertThat(processed.service()).isEqualTo("millrace-worker");
    assertThat(Stream.of(submitted, processed, delivery))
        .allMatch(span -> jobId.equals(span.tags().get("job_id")));
    assertThat(delivery.tags()).containsEntry("outcome", "delivered");
    assertThat(millrace.receiver.hooks())
        .anyMatch(
            hook ->
                Objects.equals(
                    hook.traceparent(), "00-" + TRACE + "-" + delivery.spanId() + "-01"));
  }

  @Test
  void aRequestWithoutATraceBeginsOne() {
    JsonNode answer = millrace.caller.execute(Map.of("code", "print(2)"));
    String jobId = answer.path("job_id").asString();

    ReceivedSpan processed =
        Await.value(
            "the job's span",
            PATIENCE,
            () ->
                millrace.receiver.spans().stream()
                    .filter(span -> span.name().equals("process job"))
                    .filter(span -> jobId.equals(span.tags().get("job_id")))
                    .findFirst());
    assertThat(span(HTTP, processed.traceId()).parent()).isEmpty();
  }

  @Test
  void noSpanSaysMoreThanALogMay() {
    millrace.runAllSortsOfJobs();
    Await.until("their spans", PATIENCE, () -> count("process job") >= 6);

    assertThat(millrace.receiver.spans()).extracting(ReceivedSpan::name).containsOnly(NAMES);
    assertThat(millrace.receiver.spans())
        .allSatisfy(
            span ->
                assertThat(Markers.words())
                    .noneMatch(word -> (span.name() + span.tags()).contains(word)));
  }

  @Test
  void aJsonLineOfAJobHasItsIdInAField() {
    List<String> jobs = millrace.runAllSortsOfJobs();
    String sent = jobs.get(jobs.size() - 1);
    Await.until(
        "the webhook is written down",
        PATIENCE,
        () -> has(millrace.gateway(), sent, "webhook attempt"));

    for (String job : jobs) {
      assertThat(has(millrace.worker(), job, "starts here")).isTrue();
    }
  }

  @Test
  void noJsonLineHasAKeyCodeOrOutput() {
    millrace.runAllSortsOfJobs();

    millrace.logs().haveNoneOf(Markers.words());
  }

  private static boolean has(Role role, String jobId, String words) {
    return Logs.objects(role).stream()
        .filter(line -> line.path("message").asString().contains(words))
        .anyMatch(line -> line.path("job_id").asString("").equals(jobId));
  }

  private static long count(String name) {
    return millrace.receiver.spans().stream().filter(span -> span.name().equals(name)).count();
  }

  private static ReceivedSpan span(String name, String trace) {
    return Await.value(
        "the span " + name,
        PATIENCE,
        () ->
            millrace.receiver.spansOf(trace).stream()
                .filter(span -> span.name().equals(name))
                .findFirst());
  }
}
