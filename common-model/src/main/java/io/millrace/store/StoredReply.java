package io.millrace.store;

import io.millrace.job.ReplyBody;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A job's reply as it is sent: HTTP status, and the body or where it is. */
public record StoredReply(UUID jobId, int status, ReplyBody body) {

  private static final int ID_LENGTH = 36;
  private static final int HEAD_LENGTH = ID_LENGTH + 3;

  /**
   * A message of a gateway's reply channel: a job has ended.
   *
   * @param reply its reply, when that is small enough to come with the message; else ask for it
   */
  public record Message(UUID jobId, @Nullable StoredReply reply) {}

  /** Reads a message of a gateway's reply channel. */
  public static Message ofMessage(byte[] message) {
    String head = new String(message, 0, HEAD_LENGTH, StandardCharsets.US_ASCII);
    UUID jobId = UUID.fromString(head.substring(0, ID_LENGTH));
    if (message.length == HEAD_LENGTH) {
      return new Message(jobId, null);
    }
    String body =
        new String(
            Arrays.copyOfRange(message, HEAD_LENGTH, message.length), StandardCharsets.UTF_8);
    int status = Integer.parseInt(head.substring(ID_LENGTH));
    return new Message(jobId, new StoredReply(jobId, status, new ReplyBody.Whole(body)));
  }

  /** An address where there is one, the text otherwise. */
  static ReplyBody body(String text, String address, String times) {
    return address.isEmpty() ? new ReplyBody.Whole(text) : new ReplyBody.InLog(address, times);
  }
}
