package io.millrace.service.console;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Where there is no Chromium, the tests of the console are skipped, and say so. */
final class ChromiumCondition implements ExecutionCondition {

  private static final String REASON =
      "SKIPPED, NOT PASSED: there is no chromium with chromedriver on the PATH"
          + " (Debian: apt-get install chromium chromium-driver)";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (Chromium.browser().isPresent() && Chromium.driver().isPresent()) {
      return ConditionEvaluationResult.enabled("runs in Chromium");
    }
    if (context.getTestMethod().isEmpty()) {
      System.out.println(REASON + ": " + context.getDisplayName());
    }
    return ConditionEvaluationResult.disabled(REASON);
  }
}
