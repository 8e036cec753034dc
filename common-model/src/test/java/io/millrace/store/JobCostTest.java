package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.testing.Store;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.core.RedisCallback;

/** What a plain job costs Redis from the gate to its reply. Counted by Redis itself. */
@Tag("services")
class JobCostTest {

  private static final int JOBS = 50;
  private static final Pattern CALLS = Pattern.compile("calls=(\\d+)");

  private final Store store = Store.fresh();

  @Test
  void aPlainJobCostsSoManyCommandsAndBytes() {
    run();
    long commands = commands();
    long bytes = number(info("stats").getProperty("total_net_input_bytes"));
    for (int i = 0; i < JOBS; i++) {
      run();
    }
    long commandsAJob = (commands() - commands) / JOBS;
    long bytesAJob = (number(info("stats").getProperty("total_net_input_bytes")) - bytes) / JOBS;
    Job queued = store.accepted("owner");
    long queuedBytes = store.memoryOf(queued.jobId());
    assertThat(commandsAJob).as("commands, those within scripts too").isLessThanOrEqualTo(69);
    assertThat(bytesAJob).as("bytes that are sent to Redis").isLessThanOrEqualTo(1540);
    assertThat(queuedBytes).as("bytes of a job that waits").isLessThanOrEqualTo(280);
  }

  private void run() {
    Job job = store.accepted("owner");
    Lease lease = store.granted(job, "worker-1");
    store.leases.beat(Store.card("worker-1", 1), List.of(lease));
    store.finished(lease);
  }

  private long commands() {
    return info("commandstats").values().stream()
        .map(line -> CALLS.matcher(line.toString()))
        .filter(Matcher::find)
        .mapToLong(calls -> number(calls.group(1)))
        .sum();
  }

  private Properties info(String section) {
    return Objects.requireNonNull(
        store.redis.execute(
            (RedisCallback<Properties>)
                connection -> Objects.requireNonNull(connection.serverCommands().info(section))));
  }

  private static long number(String text) {
    return Long.parseLong(text.trim());
  }
}
