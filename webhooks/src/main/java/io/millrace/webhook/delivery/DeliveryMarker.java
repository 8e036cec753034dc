package io.millrace.webhook.delivery;

import org.jspecify.annotations.Nullable;

/**
 * What the log says, behind a message, of its delivery; the last marker of a message holds.
 *
 * @param attempts of all time
 * @param last the attempt that led here, null where none was made
 */
public record DeliveryMarker(
    int v, Delivery delivery, DeliveryState state, int attempts, @Nullable Attempt last) {

  private static final int VERSION = 1;

  /** A marker of this build's version. */
  public static DeliveryMarker of(
      Delivery delivery, DeliveryState state, int attempts, @Nullable Attempt last) {
    return new DeliveryMarker(VERSION, delivery, state, attempts, last);
  }

  /** When its last attempt was over, in milliseconds since the epoch; 0 where none was made. */
  long endedAt() {
    return last == null ? 0 : last.at() + last.durationMs();
  }
}
