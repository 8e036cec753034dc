package io.millrace.gateway.request;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import java.time.Duration;

/** How long a look at a job or a batch waits for its end: {@code wait}, in whole seconds. */
public final class WaitParameter {

  private static final int LONGEST_SECONDS = 300;

  private WaitParameter() {}

  /** Zero for "0"; what is no number from 0 to 300 is refused. */
  public static Checked<Duration> read(String text) {
    return text.matches("[0-9]{1,3}") && Integer.parseInt(text) <= LONGEST_SECONDS
        ? Checked.passed(Duration.ofSeconds(Integer.parseInt(text)))
        : Checked.refused(
            ApiError.invalid("wait must be a whole number from 0 to " + LONGEST_SECONDS));
  }
}
