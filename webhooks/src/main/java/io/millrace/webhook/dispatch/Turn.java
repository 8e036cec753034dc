package io.millrace.webhook.dispatch;

import java.time.Duration;

/** Whether an attempt may begin now. */
sealed interface Turn {

  /** It may. {@code leave} is to be run, once, when the attempt has ended. */
  record Now(Runnable leave) implements Turn {}

  /** Too many are in flight; fewer may be after this long. */
  record Later(Duration comeAgain) implements Turn {}
}
