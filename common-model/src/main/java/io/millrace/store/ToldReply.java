package io.millrace.store;

import io.millrace.job.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a script is told of a reply, in the order in which the prelude's {@code told_reply} reads.
 */
final class ToldReply {

  private ToldReply() {}

  /** A reply that the store keeps itself. */
  static List<Object> of(Reply reply) {
    return List.of(reply.state().wireName(), reply.status(), reply.head(), reply.tail(), "", 0);
  }

  /** A reply that is at this address in the log of replies; of the store where that is null. */
  static List<Object> of(Reply reply, @Nullable String address) {
    return address == null
        ? of(reply)
        : List.of(reply.state().wireName(), reply.status(), "", "", address, reply.bytes());
  }
}
