package io.millrace.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the dashboard and the rules ask for is what a gateway and a worker that have run all sorts
 * of jobs say; with every logger at DEBUG they said nothing that is the callers' own.
 */
@Tag("services")
class MetricsInUseTest {

  /** What Prometheus adds to each series. */
  private static final Set<String> FROM_PROMETHEUS = Set.of("instance", "job", "namespace");

  private static final String UUID_OR_URL = ".*([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|://).*";
  private static final Scrape SCRAPE = new Scrape();

  private static Observed millrace;
  private static List<String> jobs;

  @BeforeAll
  static void runJobs() {
    millrace =
        new Observed("plain-logs", (plan, receiver) -> plan.with("LOGGING_LEVEL_ROOT", "DEBUG"));
    jobs = millrace.runAllSortsOfJobs();
    Await.until("the webhook", Duration.ofSeconds(30), () -> millrace.receiver.hooks().size() == 1);
    SCRAPE.add(millrace.caller.scrape(millrace.gateway()));
    SCRAPE.add(millrace.caller.scrape(millrace.worker()));
  }

  @AfterAll
  static void stop() {
    millrace.close();
  }

  @Test
  void eachMetricOfTheDashboardAndTheRulesExists() {
    List<String> missing = new ArrayList<>();
    expressions()
        .forEach(
            text -> {
              for (String metric : new Expression(text).metrics()) {
                if (!SCRAPE.has(metric)) {
                  missing.add(metric + " of " + text);
                }
              }
            });
    assertThat(missing).isEmpty();
  }

  @Test
  void eachMetricOfOursSaysWhatItIs() {
    assertThat(SCRAPE.helps()).containsKey("millrace_queue_length");
    assertThat(SCRAPE.helps())
        .allSatisfy(
            (metric, help) -> assertThat(metric.startsWith("millrace_") ? help : "-").isNotEmpty());
  }

  @Test
  void requestsAndWebhooksHaveHistograms() {
    assertThat(SCRAPE.has("http_server_requests_seconds_bucket")).isTrue();
    assertThat(SCRAPE.has("millrace_webhook_attempt_seconds_bucket")).isTrue();
  }

  @Test
  void eachLabelThatIsAskedForExistsWithItsValue() {
    List<String> missing = new ArrayList<>();
    expressions()
        .forEach(
            text ->
                new Expression(text)
                    .matchers().stream()
                        .filter(asked -> !FROM_PROMETHEUS.contains(asked.label()))
                        .filter(a -> !SCRAPE.has(a.metric(), a.label(), a.value()))
                        .forEach(asked -> missing.add(asked + " of " + text)));
    assertThat(missing).isEmpty();
  }

  @Test
  void eachLabelThatIsGroupedByExists() {
    List<String> missing = new ArrayList<>();
    expressions()
        .forEach(
            text -> {
              Expression read = new Expression(text);
              for (String label : read.groupings()) {
                if (!FROM_PROMETHEUS.contains(label)
                    && read.metrics().stream().noneMatch(m -> SCRAPE.has(m, label, ""))) {
                  missing.add(label + " of " + text);
                }
              }
            });
    assertThat(missing).isEmpty();
  }

  @Test
  void noSeriesIsNamedByAJobAKeyOrAnAddress() {
    Stream.of("millrace_", "http_server_")
        .flatMap(prefix -> SCRAPE.labelsOf(prefix).stream())
        .flatMap(labels -> labels.values().stream())
        .forEach(
            value -> {
              assertThat(value).doesNotMatch(UUID_OR_URL);
              assertThat(Markers.words()).noneMatch(value::contains);
            });
  }

  @Test
  void aJobsLinesCarryItsId() {
    for (String job : jobs) {
      assertThat(Logs.lines(millrace.worker()))
          .anyMatch(line -> line.contains(" " + job + " JobLoop: Job " + job + " starts here"));
    }
    String sent = jobs.get(jobs.size() - 1);
    assertThat(Logs.lines(millrace.gateway()))
        .anyMatch(line -> line.contains(" " + sent + " DeliveryRecorder: Job " + sent));
  }

  @Test
  void noLineHasAKeyCodeOrOutput() {
    millrace.logs().haveNoneOf(Markers.words());
  }

  private static Stream<String> expressions() {
    return Stream.concat(
        Dashboard.read().expressions().stream(),
        AlertRules.read().rules().stream().map(AlertRules.Rule::expression));
  }
}
