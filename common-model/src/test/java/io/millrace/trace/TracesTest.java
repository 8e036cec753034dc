package io.millrace.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TracesTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void aStepThatNobodyTracesAllocatesNothing() {
    UUID jobId = UUID.randomUUID();
    long alone = allocated(() -> {});
    take(jobId);

    assertThat(
            allocated(
                () -> {
                  for (int i = 0; i < 1000; i++) {
                    take(jobId);
                  }
                }))
        .isLessThanOrEqualTo(alone);
  }

  private static void take(UUID jobId) {
    try (Traces.Step step = Traces.OFF.begin("a step", Traces.Kind.INNER, "given")) {
      step.tag("job_id", jobId).tag("attempt", 3);
    }
  }

  private static long allocated(Runnable work) {
    work.run();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
