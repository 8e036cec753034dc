package io.millrace.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What this machine's sandbox was proved to refuse.
 *
 * @param tier {@code root}, {@code userns} or {@code fallback}
 * @param limits which limit is held by what: memory, pids and cpu, by cgroup or rlimit
 */
public record TierProof(String tier, Map<String, String> limits) {

  private static final Logger log = LoggerFactory.getLogger(TierProof.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** Whether code is held by namespaces. */
  public boolean isStrong() {
    return !tier.equals("fallback");
  }

  /**
   * Runs a self-test job for each refusal that is promised, in the best tier that starts.
   *
   * @throws IllegalStateException when the machine offers less than is required, with the reasons,
   *     or when the self-test has not ended after two minutes
   */
  public static TierProof prove(SandboxFiles files, SandboxSettings settings) {
    return prove(files, settings, PATIENCE);
  }

  static TierProof prove(SandboxFiles files, SandboxSettings settings, Duration patience) {
    try {
      Process process =
          files
              .process(settings.python(), "prove", "--require", settings.require())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (OutputStream told = process.getOutputStream()) {
        told.write(JSON.writeValueAsBytes(settings.told()));
      }
      // Beside the wait, not before it: the pipe of a self-test that hangs has no end.
      CompletableFuture<byte[]> report = CompletableFuture.supplyAsync(() -> all(process));
      try {
        byte[] said = report.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        return read(new String(said, StandardCharsets.UTF_8), process.waitFor(), settings);
      } catch (TimeoutException e) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new IllegalStateException(
            "The sandbox's self-test did not end within "
                + patience.toSeconds()
                + " s; see what millrace.sandbox.python ("
                + settings.python()
                + ") waits for on this machine",
            e);
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "millrace.sandbox.python: cannot run " + settings.python() + ": " + e.getMessage(), e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("The sandbox's self-test could not be read", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while proving the sandbox", e);
    }
  }

  private static byte[] all(Process process) {
    try {
      return process.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Each tier that was tried, with what stood in its way. */
  private static String reasons(String report) {
    try {
      return JSON.readTree(report)
          .path("tried")
          .propertyStream()
          .map(tier -> tier.getKey() + ": " + tier.getValue().asString())
          .collect(Collectors.joining("; "));
    } catch (JacksonException e) {
      return report.strip();
    }
  }

  private static TierProof read(String report, int exit, SandboxSettings settings) {
    if (exit != 0) {
      throw new IllegalStateException(
          "millrace.sandbox.require is "
              + settings.require()
              + ", but no such sandbox works here ("
              + reasons(report)
              + "); docs/operations.md, \"What the worker needs of its container\", says what to"
              + " allow; fallback is for code of people whom you trust");
    }
    JsonNode proof = JSON.readTree(report);
    TierProof proved =
        new TierProof(
            proof.path("tier").asString(),
            JSON.convertValue(
                proof.path("limits"),
                JSON.getTypeFactory().constructMapType(Map.class, String.class, String.class)));
    for (JsonNode sentence : proof.path("unmet")) {
      log.warn("The sandbox cannot keep one of its promises here: {}", sentence.asString());
    }
    log.info("Sandbox tier {} is proved; limits in force: {}", proved.tier(), proved.limits());
    return proved;
  }
}
