package io.millrace.webhook.dispatch;

import java.time.Duration;

/** Whether an attempt may begin now. */
sealed interface Admission {

  /** It may. The slot is to be left, once, when the attempt has ended. */
  record Slot(Runnable leave) implements Admission {}

  /** There is no room; there may be after this long. */
  record Full(Duration comeAgain) implements Admission {}
}
