package io.millrace.job;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Bounds replies in the bytes that are sent, not in those that were written: a control character
 * has six in JSON. What does not fit is cut, and the reply says so by {@code truncated}. The result
 * goes first, since half of it is no JSON: it is there whole or it is null. Standard output and
 * error share what is left; before them go the contents of files, then what was shown, then the
 * detail of an error, and in the end the list of files, which then count as lost. Of the two, the
 * shorter is cut last. Immutable.
 *
 * @param bytes of the whole body; the request's own {@code id} is never cut, and may exceed it
 */
public record ReplyLimit(long bytes) {

  /** Of the error line, when a reply must be cut: it stands in the reply twice. */
  private static final int ERROR_BYTES = 8 * 1024;

  private static final String NO_RESULT = "null";

  /** The reply for an outcome, within the limit. */
  public Reply reply(Reply.About about, Outcome outcome, Reply.Speaker speaker) {
    Reply whole = Reply.to(about, outcome, speaker);
    if (whole.bytes() <= bytes) {
      return whole;
    }
    Reply.About less = about.with(withinHalf(about, outcome, speaker));
    long frame = Reply.to(less, without(outcome), speaker).bytes();
    return Reply.to(less, cut(outcome, Math.max(0, bytes - frame)), speaker);
  }

  /** What is shown and made has half of the reply at most, so that output has the other half. */
  private @Nullable WideResults withinHalf(
      Reply.About about, Outcome outcome, Reply.Speaker speaker) {
    WideResults wide = about.wide();
    if (wide == null) {
      return null;
    }
    WideResults least = wide.withoutFiles();
    return Stream.of(
            wide, wide.withoutContents(), wide.withoutDisplay(), wide.withoutDetail(), least)
        .filter(each -> Reply.to(about.with(each), without(outcome), speaker).bytes() <= bytes / 2)
        .findFirst()
        .orElse(least);
  }

  private static Outcome without(Outcome outcome) {
    Output nothing = new Output("", "", true);
    if (outcome instanceof Outcome.Succeeded) {
      return new Outcome.Succeeded(nothing, "");
    }
    return outcome instanceof Outcome.Failed failed
        ? failed(failed, nothing)
        : outcome instanceof Outcome.TimedOut late
            ? new Outcome.TimedOut(nothing, late.seconds())
            : outcome;
  }

  private static Outcome cut(Outcome outcome, long room) {
    if (outcome instanceof Outcome.Succeeded succeeded) {
      long result = EscapedText.utf8Bytes(succeeded.resultJson());
      boolean fits = result <= room;
      long left = Math.max(0, room - (fits ? result : NO_RESULT.length()));
      return new Outcome.Succeeded(
          cut(succeeded.output(), left), fits ? succeeded.resultJson() : NO_RESULT);
    }
    return outcome instanceof Outcome.Failed failed
        ? failed(failed, cut(failed.output(), room))
        : outcome instanceof Outcome.TimedOut late
            ? new Outcome.TimedOut(cut(late.output(), room), late.seconds())
            : outcome;
  }

  private static Outcome.Failed failed(Outcome.Failed failed, Output output) {
    return new Outcome.Failed(
        output,
        failed.reason(),
        EscapedText.cut(failed.error(), ERROR_BYTES),
        failed.processExitCode());
  }

  private static Output cut(Output output, long room) {
    long out = EscapedText.bytes(output.stdout());
    long err = EscapedText.bytes(output.stderr());
    long half = room / 2;
    long forOut = Math.min(out, Math.max(half, room - err));
    return new Output(
        EscapedText.cut(output.stdout(), forOut),
        EscapedText.cut(output.stderr(), room - forOut),
        true);
  }
}
