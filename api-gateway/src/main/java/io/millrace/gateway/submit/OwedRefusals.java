package io.millrace.gateway.submit;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.store.AdmissionGate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/**
 * Jobs whose callers were told no while Redis could not be told: each would hold its place in the
 * queue, so Redis is told again at every beat until it has heard. Should this process die before,
 * the reconciler settles them. Thread-safe.
 */
@Component
final class OwedRefusals {

  private static final Logger log = LoggerFactory.getLogger(OwedRefusals.class);
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final int MOST = 10_000;

  private final Set<UUID> owed = ConcurrentHashMap.newKeySet();
  private final AdmissionGate gate;

  OwedRefusals(AdmissionGate gate, TaskScheduler beats, MeterRegistry meters) {
    this.gate = gate;
    meters.gauge("millrace.refusals.owed", owed, Set::size);
    beats.scheduleWithFixedDelay(this::tell, BEAT);
  }

  void add(UUID jobId) {
    if (owed.size() < MOST) {
      owed.add(jobId);
    }
  }

  private void tell() {
    try {
      for (UUID jobId : List.copyOf(owed)) {
        if (!gate.refuse(jobId)) {
          log.warn("job {} was refused too late: a worker has it, and it runs", jobId);
        }
        owed.remove(jobId);
      }
    } catch (DataAccessException e) {
      log.debug("Redis is still away; {} refusals are owed to it", owed.size());
    }
  }
}
