package io.millrace.worker.environment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The interpreter of jobs.
 *
 * @param command by which it is started
 * @param abi how wheels tell it apart from others
 * @param distributions what can be imported without asking, as JSON: {@code python}, {@code
 *     distributions} with {@code name}, {@code version}, {@code modules}
 */
public record Interpreter(String command, String abi, String distributions) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE_SECONDS = 30;

  /**
   * Asks it.
   *
   * @param paths folders of packages that jobs may import beside its own
   * @throws IOException when it does not answer
   */
  public static Interpreter ask(String command, List<String> paths) throws IOException {
    List<String> line = new ArrayList<>(List.of(command, "-I", "-B", "-c", script()));
    line.addAll(paths);
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    try (InputStream told = process.getInputStream()) {
      JsonNode read = JSON.readTree(told.readAllBytes());
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(command + " does not end");
      }
      if (!(read instanceof ObjectNode facts) || !facts.path("abi").isString()) {
        throw new IOException(command + " does not say what it is");
      }
      String abi = facts.remove("abi").stringValue();
      return new Interpreter(command, abi, facts.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String script() throws IOException {
    return resource("interpreter.py");
  }

  static String resource(String name) throws IOException {
    try (InputStream script = Interpreter.class.getResourceAsStream("/packages/" + name)) {
      if (script == null) {
        throw new IllegalStateException("No resource packages/" + name);
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
