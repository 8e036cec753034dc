package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.roles.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Every role is stopped and started again, one after the other, as an update does. */
final class RestartRows {

  private static final Duration GRACE = Duration.ofSeconds(40);

  private RestartRows() {}

  /** V2. */
  static void oneByOne(Trial trial) throws Exception {
    CompletableFuture<List<Answer>> load =
        trial
            .driver()
            .run(
                Load.of("v2", 400, 4, Duration.ofMillis(100), Mode.ASYNC)
                    .pausing(Duration.ofMillis(400)));
    Stream.concat(trial.cluster().gateways().stream(), trial.cluster().workers().stream())
        .forEach(role -> trial.fault("restart " + role.name(), () -> restart(role)));
    int accepted = 0;
    for (Answer answer : load.join()) {
      require(isHonest(answer), "a caller was told " + answer);
      accepted += answer instanceof Answer.Told told && told.status() == 202 ? 1 : 0;
    }
    trial.figure(accepted + " of 400 accepted, the others turned away by a stopping gateway");
    trial.finish();
  }

  private static void restart(Role role) {
    role.terminate();
    int code = role.awaitExit(GRACE);
    require(code == 0, role.name() + " ended with code " + code);
    role.restart();
    role.awaitReady();
  }

  /** Accepted, told to come again, or not let in at all: never cut off in mid request. */
  private static boolean isHonest(Answer answer) {
    if (answer instanceof Answer.Nothing nothing) {
      return nothing.why().contains("ConnectException");
    }
    Answer.Told told = (Answer.Told) answer;
    return told.status() == 202
        || (told.status() == 503 && told.headers().firstValue("Retry-After").isPresent());
  }
}
