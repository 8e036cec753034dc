package io.millrace.containers;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/** Where no container engine answers, every test is skipped, and says so. */
public final class EngineCondition implements ExecutionCondition {
  private static final ConditionEvaluationResult SKIPPED =
      ConditionEvaluationResult.disabled(
          "SKIPPED, NOT PASSED: no container engine answers, so nothing ran on containers");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (DockerClientFactory.instance().isDockerAvailable()) {
      return ConditionEvaluationResult.enabled("runs on containers");
    }
    if (context.getTestMethod().isEmpty()) {
      System.out.println(SKIPPED.getReason().orElseThrow() + ": " + context.getDisplayName());
    }
    return SKIPPED;
  }
}
