package io.millrace.start;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Prints why the application does not start as the last line of its standard error, in place of
 * Spring Boot's own report. Where it happened is logged at debug level.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailureReporter implements SpringBootExceptionReporter {

  private static final Logger log = LoggerFactory.getLogger(StartFailureReporter.class);

  @Override
  public boolean reportException(Throwable failure) {
    log.debug("The start failed", failure);
    System.err.println("millrace: " + StartFailure.sentence(failure));
    return true;
  }
}
