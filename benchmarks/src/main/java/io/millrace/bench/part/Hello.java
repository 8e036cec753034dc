package io.millrace.bench.part;

import io.millrace.bench.Callers;
import io.millrace.bench.Endpoint;
import io.millrace.bench.Measured;
import java.time.Duration;

/** The smallest job there is, and the warm-up with it that comes before every figure. */
final class Hello {

  static final String CODE = "print('hello from a job')";
  static final String SHOWN = "hello from a job";

  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final int WARM_UP_CALLERS = 16;

  private Hello() {}

  /** Lets the JVMs compile and the sandboxes fill; throws when not one job came back right. */
  static void warmUp(Endpoint endpoint) throws InterruptedException {
    warmUp(endpoint, WARM_UP);
  }

  /** The same for so long. */
  static void warmUp(Endpoint endpoint, Duration duration) throws InterruptedException {
    Measured measured = Callers.loop(endpoint, CODE, SHOWN, WARM_UP_CALLERS, duration);
    if (measured.samples().size() == 0) {
      throw new IllegalStateException(
          "no job came back as it should from " + endpoint.url() + ": " + measured.complaints());
    }
  }

  /** What the errors said, as a line below a table; empty without errors. */
  static String complaints(Measured measured) {
    return measured.errors() == 0
        ? ""
        : "\n" + measured.errors() + " errors, the first of them: " + measured.complaints() + "\n";
  }
}
