package io.millrace.gateway.error;

import java.util.function.Function;

/** What a check lets through, or why it does not. */
public sealed interface Checked<T> {

  /** Let through. */
  record Passed<T>(T value) implements Checked<T> {}

  /** Told no. */
  record Refused<T>(ApiError error) implements Checked<T> {}

  /** Let through. */
  static <T> Checked<T> passed(T value) {
    return new Passed<>(value);
  }

  /** Told no. */
  static <T> Checked<T> refused(ApiError error) {
    return new Refused<>(error);
  }

  /** The next check, which costs nothing when this one said no. */
  default <R> Checked<R> then(Function<T, Checked<R>> next) {
    return fold(next, Checked::refused);
  }

  /** One of two answers. */
  default <R> R fold(Function<T, R> passed, Function<ApiError, R> refused) {
    if (this instanceof Passed<T> good) {
      return passed.apply(good.value());
    }
    return refused.apply(((Refused<T>) this).error());
  }
}
