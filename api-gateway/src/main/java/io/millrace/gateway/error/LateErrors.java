package io.millrace.gateway.error;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Hooks;

/** Errors that come when nobody listens any more: a caller that leaves twice is no error. */
@Component
final class LateErrors {

  private static final Logger log = LoggerFactory.getLogger(LateErrors.class);

  LateErrors() {
    Hooks.onErrorDropped(LateErrors::tell);
  }

  private static void tell(Throwable failure) {
    if (CallerLeft.isCauseOf(failure)) {
      log.debug("A caller left; what it left behind is dropped");
    } else {
      log.error("An error came after its request had ended; it is dropped", failure);
    }
  }
}
