package io.millrace.webhook.dispatch;

import io.millrace.webhook.delivery.AttemptOutcome;
import io.netty.handler.codec.DecoderException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Reads out of the HTTP client's errors what happened, in words for the owner of a receiver. */
final class FailureCauses {

  private FailureCauses() {}

  static AttemptResult resultOf(Throwable failure) {
    if (failure instanceof TimeoutException) {
      return failed(AttemptOutcome.TIMED_OUT, "The receiver did not answer in time");
    }
    if (has(failure, SSLException.class)) {
      return failed(AttemptOutcome.TLS_FAILED, "TLS failed, or the certificate is not the host's");
    }
    if (failure instanceof ConnectException || failure instanceof SocketException) {
      return connection(failure);
    }
    if (failure instanceof DecoderException || failure instanceof IllegalArgumentException) {
      return failed(AttemptOutcome.INVALID_ANSWER, "The answer was not HTTP or its head too large");
    }
    return failed(AttemptOutcome.BROKEN, "The connection ended before there was an answer");
  }

  private static AttemptResult connection(Throwable failure) {
    return failure instanceof ConnectException
        ? failed(AttemptOutcome.UNREACHABLE, "The receiver took no connection")
        : failed(AttemptOutcome.BROKEN, "The connection ended before there was an answer");
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private static AttemptResult failed(AttemptOutcome outcome, String detail) {
    return AttemptResult.failed(outcome, detail);
  }
}
