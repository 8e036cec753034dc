package io.millrace.standalone;

/** A setting that stops the start; the message begins with its name and says what to change. */
final class UnusableSettingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnusableSettingException(String setting, String why) {
    super(setting + ": " + why);
  }

  static UnusableSettingException of(String setting, UnusablePortException cause) {
    UnusableSettingException unusable = new UnusableSettingException(setting, cause.why());
    unusable.initCause(cause);
    return unusable;
  }
}
