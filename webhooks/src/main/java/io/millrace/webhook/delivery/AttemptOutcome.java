package io.millrace.webhook.delivery;

import java.util.Locale;

/** What came of one attempt. */
public enum AttemptOutcome {
  /** 2xx. */
  DELIVERED,
  /** 410: the receiver wants no more. */
  GONE,
  /** Any other status. */
  REJECTED,
  /** The host leads to an address that no webhook may go to; no socket was opened. */
  BLOCKED,
  /** The host's name has no address. */
  UNRESOLVED,
  /** No connection came about. */
  UNREACHABLE,
  /** TLS failed, or the certificate is not the host's. */
  TLS_FAILED,
  /** A time limit passed before there was an answer. */
  TIMED_OUT,
  /** The connection broke before there was an answer; the receiver may have the message. */
  BROKEN,
  /** The answer was not HTTP, or its head was beyond the limit. */
  INVALID_ANSWER,
  /** The log no longer has the message, or its URL is no longer one that is taken. */
  UNDELIVERABLE;

  /** The outcome's name in Redis, in metrics and to callers. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
