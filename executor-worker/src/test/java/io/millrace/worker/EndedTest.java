package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.sandbox.RunResult;
import org.junit.jupiter.api.Test;

class EndedTest {

  private static final Job JOB = Leases.any().job();
  private static final Output OUTPUT = new Output("out", "err", true);

  private static Outcome outcome(String verdict) {
    return Ended.outcome(new RunResult(verdict, "out", "err", true, "[1]", "why", -6), JOB);
  }

  @Test
  void eachVerdictIsAnOutcome() {
    assertThat(outcome("ok")).isEqualTo(new Outcome.Succeeded(OUTPUT, "[1]"));
    assertThat(outcome("timeout")).isEqualTo(new Outcome.TimedOut(OUTPUT, JOB.request().timeout()));
    assertThat(outcome("cancelled")).isEqualTo(new Outcome.Cancelled());
    assertThat(outcome("signal")).isEqualTo(new Outcome.Failed(OUTPUT, "signal", "why", -6));
  }
}
