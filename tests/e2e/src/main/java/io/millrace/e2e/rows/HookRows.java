package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Stage.require;

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
  static void failsThreeTimes(Stage stage) throws Exception {
    stage.hooks().answerWith(500, 302, 429);
    stage.driver().submit(Program.sleeping("h1", Duration.ZERO), Mode.WEBHOOK, 0).join();
    Await.until(
        "the fourth attempt has come", Duration.ofSeconds(60), () -> deliveries(stage) == 4);
    stage.finish();
    require(deliveries(stage) == 4, "expected four attempts, there were " + deliveries(stage));
  }

  /** The other half of H3. */
  static void gone(Stage stage) throws Exception {
    stage.hooks().answerWith(410);
    stage.driver().submit(Program.sleeping("h3", Duration.ZERO), Mode.WEBHOOK, 0).join();
    stage.finish();
    Await.pass(Duration.ofSeconds(5));
    require(deliveries(stage) == 1, "410 did not end it: " + deliveries(stage) + " attempts");
  }

  private static long deliveries(Stage stage) {
    return stage.history().events().stream().filter(Event.Hooked.class::isInstance).count();
  }

  static ClusterPlan plan() {
    return ClusterPlan.usual("hooks").with("MILLRACE_WEBHOOK_RETRY_BASE", "50ms");
  }
}
