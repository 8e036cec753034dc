package io.millrace.deploy;

import io.kubernetes.client.custom.Quantity;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;

/**
 * Every container asks for what it needs and has a limit of memory; a worker's holds its slots, its
 * heap, what is mounted from memory and the rest of a JVM, and a builder's its pip as well; whoever
 * runs jobs is given the time to end the longest.
 */
final class ResourceRule implements Rule {
  private static final long REST_OF_THE_JVM = DataSize.ofMegabytes(384).toBytes();
  private static final long PIP = DataSize.ofGigabytes(2).toBytes();
  private static final int LONGEST_JOB_SECONDS = 300;
  private static final int SECONDS_TO_STOP = 10;
  private static final Pattern HEAP = Pattern.compile("-Xmx([0-9]+)m");

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    overlay
        .workloads()
        .forEach(
            workload -> {
              for (JsonNode container : workload.containers()) {
                asked(workload, container, violations);
              }
              if (List.of("gateway", "worker", "builder").contains(workload.name())) {
                graceful(overlay, workload, violations);
              }
              if (List.of("worker", "builder").contains(workload.name())) {
                fits(overlay, workload, violations);
              }
            });
  }

  private static void asked(Manifest workload, JsonNode container, Consumer<String> violations) {
    JsonNode resources = container.path("resources");
    for (String each : List.of("/requests/cpu", "/requests/memory", "/limits/memory")) {
      if (resources.at(each).isMissingNode()) {
        violations.accept(workload + " has no " + each);
        return;
      }
    }
    if (bytes(resources.at("/requests/memory")).compareTo(bytes(resources.at("/limits/memory")))
        > 0) {
      violations.accept(workload + " asks for more memory than its limit");
    }
  }

  private static void graceful(Overlay overlay, Manifest workload, Consumer<String> violations) {
    String setting =
        workload.name().equals("gateway")
            ? "SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE"
            : "MILLRACE_WORKER_DRAIN_GRACE";
    JsonNode container = workload.containers().get(0);
    String given = Environment.of(overlay, workload, container).get(setting);
    Duration own = given.isEmpty() ? Duration.ZERO : DurationStyle.detectAndParse(given);
    long pause = container.at("/lifecycle/preStop/sleep/seconds").asLong(0);
    long killed = workload.podSpec().path("terminationGracePeriodSeconds").asLong(30);
    if (own.toSeconds() <= LONGEST_JOB_SECONDS) {
      violations.accept(workload + ": " + setting + "=" + own + " is below the longest job");
    }
    if (killed < pause + own.toSeconds() + SECONDS_TO_STOP) {
      violations.accept(workload + " is killed after " + killed + " s, within its own grace");
    }
  }

  private static void fits(Overlay overlay, Manifest worker, Consumer<String> violations) {
    JsonNode container = worker.containers().get(0);
    Environment environment = Environment.of(overlay, worker, container);
    Matcher heap = HEAP.matcher(environment.get("JDK_JAVA_OPTIONS"));
    if (!heap.find()) {
      violations.accept(worker + " has no fixed heap");
      return;
    }
    if (environment.get("MILLRACE_WORKER_SLOTS").isEmpty()) {
      violations.accept(worker + " does not say how many slots it has");
      return;
    }
    long slots = Long.parseLong(environment.get("MILLRACE_WORKER_SLOTS"));
    long needed =
        slots * DataSize.parse(environment.get("MILLRACE_SANDBOX_MEMORY")).toBytes()
            + DataSize.ofMegabytes(Long.parseLong(heap.group(1))).toBytes()
            + REST_OF_THE_JVM
            + builds(environment) * PIP;
    BigDecimal limit = bytes(container.at("/resources/limits/memory"));
    if (limit.compareTo(BigDecimal.valueOf(needed)) < 0) {
      violations.accept(worker + " needs " + needed + " bytes, but its limit is " + limit);
    }
  }

  private static long builds(Environment environment) {
    return environment.get("MILLRACE_PACKAGES_BUILDER").equals("true")
        ? Long.parseLong(environment.get("MILLRACE_PACKAGES_BUILDS"))
        : 0;
  }

  private static BigDecimal bytes(JsonNode quantity) {
    return Quantity.fromString(quantity.asString()).getNumber();
  }
}
