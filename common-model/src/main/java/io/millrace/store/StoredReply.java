package io.millrace.store;

import java.util.UUID;

/** A job's reply as it is sent: HTTP status and body. */
public record StoredReply(UUID jobId, int status, String body) {

  private static final int ID_LENGTH = 36;
  private static final int STATUS_LENGTH = 3;

  /** Reads a message of a gateway's reply channel. */
  public static StoredReply ofMessage(String message) {
    int bodyAt = ID_LENGTH + STATUS_LENGTH;
    return new StoredReply(
        UUID.fromString(message.substring(0, ID_LENGTH)),
        Integer.parseInt(message.substring(ID_LENGTH, bodyAt)),
        message.substring(bodyAt));
  }
}
