package io.millrace.start;

/** Stops a start; its message is the sentence that whoever started the role is to read. */
public final class CannotStartException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String sentence;

  /**
   * @param sentence the setting, its value, the cause, and what to do, on one line
   */
  public CannotStartException(String sentence, Throwable cause) {
    super(sentence, cause);
    this.sentence = sentence;
  }

  /** The same without a cause. */
  public CannotStartException(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }
}
