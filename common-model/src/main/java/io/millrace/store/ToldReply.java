package io.millrace.store;

import io.millrace.job.Reply;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a script is told of a reply, in the order in which the prelude's {@code told_reply} reads.
 */
final class ToldReply {

  private ToldReply() {}

  /** A reply that the store keeps itself. */
  static List<Object> of(Reply reply) {
    return of(reply, reply.head(), reply.tail(), "", 0);
  }

  /** A reply that is at this address in the log of replies; of the store where that is null. */
  static List<Object> of(Reply reply, @Nullable String address) {
    return address == null ? of(reply) : of(reply, "", "", address, reply.bytes());
  }

  private static List<Object> of(
      Reply reply, String head, String tail, String address, long bytes) {
    String reason = Objects.requireNonNullElse(reply.reason(), "");
    return List.of(reply.state().wireName(), reply.status(), head, tail, address, bytes, reason);
  }
}
