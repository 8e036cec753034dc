package io.millrace.webhook.delivery;

import java.util.UUID;

/** Names in Redis; all share the hash tag of the jobs. */
final class DeliveryKeys {

  /** Pending deliveries by when they are due, or by when their lease ends. */
  static final String DUE = "{millrace}:webhooks:due";

  private DeliveryKeys() {}

  static String delivery(UUID jobId) {
    return "{millrace}:webhook:" + jobId;
  }

  /** An owner's dead deliveries, by when they were given up. */
  static String dead(String owner) {
    return "{millrace}:owner:" + owner + ":webhooks:dead";
  }
}
