package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Client;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.roles.ClusterPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Jobs that sleep until this is closed; then they are cancelled, and the queue is empty again. */
public final class SleepingJobs implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Client client;
  private final List<String> jobIds = new ArrayList<>();

  private SleepingJobs(Client client) {
    this.client = client;
  }

  /** Starts so many, and returns when they are accepted. */
  public static SleepingJobs start(Service service, int many) {
    SleepingJobs jobs = new SleepingJobs(service.client());
    for (int i = 0; i < many; i++) {
      jobs.add();
    }
    return jobs;
  }

  /** All slots busy, and nothing waiting. */
  public static SleepingJobs occupy(Service service) {
    SleepingJobs jobs = start(service, ClusterPlan.SLOTS);
    jobs.awaitQueue(0, ClusterPlan.SLOTS);
    return jobs;
  }

  /** All slots busy, and as many waiting as may. */
  public static SleepingJobs fill(Service service) {
    SleepingJobs jobs = occupy(service);
    for (int i = 0; i < Service.MAX_QUEUE_LENGTH; i++) {
      jobs.add();
    }
    return jobs;
  }

  /** The job that was accepted first. */
  public String firstId() {
    return jobIds.get(0);
  }

  private void add() {
    Program program = new Program("sleeper", "import time; time.sleep(120)", 150);
    Answer answer = client.submit(program, null, "Prefer", "respond-async").join();
    assertThat(answer).isInstanceOf(Answer.Told.class);
    assertThat(((Answer.Told) answer).status()).isEqualTo(202);
    jobIds.add(((Answer.Told) answer).jobId());
  }

  private void awaitQueue(int waiting, int running) {
    Await.until(
        waiting + " wait and " + running + " run",
        PATIENCE,
        () ->
            client.queue() instanceof Answer.Told now
                && is(now.body(), "queue_length", waiting)
                && is(now.body(), "running", running));
  }

  private static boolean is(JsonNode queue, String field, int value) {
    return queue.path(field).asInt(-1) == value;
  }

  @Override
  public void close() {
    // The last first, so that none that waits is started meanwhile.
    for (int i = jobIds.size() - 1; i >= 0; i--) {
      client.cancel(jobIds.get(i));
    }
    awaitQueue(0, 0);
  }
}
