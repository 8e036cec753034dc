package io.millrace.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid request body.
 *
 * @param code the Python program, any length that the body limit allows, may be empty
 * @param timeout seconds of run time, 1 to 300
 * @param webhookUrl absolute http(s) URL that gets the reply, or null
 * @param id the caller's own name for the request, echoed code point for code point, or null
 * @param wide what else came with it, by {@link Reply#JOBS_ENDPOINT}; null for {@link
 *     Reply#ENDPOINT}, whose replies never have anything of it
 * @param dependencies requirements of packages that the program needs; empty: those that its worker
 *     has are enough
 */
public record ExecutionRequest(
    String code,
    int timeout,
    @Nullable String webhookUrl,
    @Nullable String id,
    @Nullable WideInputs wide,
    List<String> dependencies) {

  /** Seconds a job may run when the request does not say. */
  public static final int DEFAULT_TIMEOUT = 30;

  public ExecutionRequest {
    dependencies = List.copyOf(dependencies);
  }

  /** A request for what every worker has. */
  public ExecutionRequest(
      String code,
      int timeout,
      @Nullable String webhookUrl,
      @Nullable String id,
      @Nullable WideInputs wide) {
    this(code, timeout, webhookUrl, id, wide, List.of());
  }

  /** A request of {@link Reply#ENDPOINT}. */
  public ExecutionRequest(
      String code, int timeout, @Nullable String webhookUrl, @Nullable String id) {
    this(code, timeout, webhookUrl, id, null);
  }

  /** The same with these inputs. */
  public ExecutionRequest with(WideInputs inputs) {
    return new ExecutionRequest(code, timeout, webhookUrl, id, inputs, dependencies);
  }

  /** The same without its program and its inputs. */
  public ExecutionRequest withoutCode() {
    WideInputs none = wide == null ? null : WideInputs.NONE;
    return new ExecutionRequest("", timeout, webhookUrl, id, none, dependencies);
  }

  /** The same, whose end no webhook of its own is told. */
  public ExecutionRequest withoutWebhook() {
    return new ExecutionRequest(code, timeout, null, id, wide, dependencies);
  }

  /** The same, for these packages. */
  public ExecutionRequest withDependencies(List<String> requirements) {
    return new ExecutionRequest(code, timeout, webhookUrl, id, wide, requirements);
  }
}
