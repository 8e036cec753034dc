package io.millrace.job;

/** The body of a reply that was minted, or where it is: the same bytes for whoever asks. */
public sealed interface ReplyBody {

  /** All of it, as it is sent. */
  record Whole(String text) implements ReplyBody {}

  /**
   * Too large for the store: it is in the log of replies.
   *
   * @param address where its two parts are, as the log names it
   * @param times what stands between the two: see {@link Reply#body}
   */
  record InLog(String address, String times) implements ReplyBody {}
}
