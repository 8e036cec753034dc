package io.millrace.webhook.delivery;

import java.util.Locale;

/** Where a delivery stands. */
public enum DeliveryState {
  /** Another attempt is due or being made. */
  PENDING,
  /** The receiver answered 2xx. */
  DELIVERED,
  /** Given up; may be sent again by hand, which makes it pending. */
  DEAD;

  /** The state's name in Redis, in the log and to callers. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static DeliveryState ofWireName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
