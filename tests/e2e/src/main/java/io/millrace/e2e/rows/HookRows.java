package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.history.Event;
import io.millrace.e2e.roles.ClusterPlan;
import java.time.Duration;

/** The receiver is the one that fails. */
final class HookRows {

  private HookRows() {}

  /** H1 and half of H3: three failures of different kinds, then success. */
  static void failsThreeTimes(Trial trial) throws Exception {
    trial.hooks().answerWith(500, 302, 429);
    trial.driver().submit(Program.sleeping("h1", Duration.ZERO), Mode.WEBHOOK, 0).join();
    Await.until(
        "the fourth attempt has come", Duration.ofSeconds(60), () -> deliveries(trial) == 4);
    trial.finish();
    require(deliveries(trial) == 4, "expected four attempts, there were " + deliveries(trial));
  }

  /** The other half of H3. */
  static void gone(Trial trial) throws Exception {
    trial.hooks().answerWith(410);
    trial.driver().submit(Program.sleeping("h3", Duration.ZERO), Mode.WEBHOOK, 0).join();
    trial.finish();
    Await.pass(Duration.ofSeconds(5));
    require(deliveries(trial) == 1, "410 did not end it: " + deliveries(trial) + " attempts");
  }

  private static long deliveries(Trial trial) {
    return trial.history().events().stream().filter(Event.Hooked.class::isInstance).count();
  }

  static ClusterPlan plan() {
    return ClusterPlan.usual("hooks").with("MILLRACE_WEBHOOK_RETRY_BASE", "50ms");
  }
}
