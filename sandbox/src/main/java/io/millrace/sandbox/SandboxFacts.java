package io.millrace.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a program finds here, for whoever writes one: the worker publishes it on its card. */
public final class SandboxFacts {

  private static final Logger log = LoggerFactory.getLogger(SandboxFacts.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE_SECONDS = 30;

  /** Bounded, since it goes out with every beat of the worker. */
  private static final String SCRIPT =
      """
      import importlib.metadata, json, platform, sys
      sys.path += sys.argv[1:]
      found = {}
      for each in importlib.metadata.distributions():
          name = each.metadata["Name"]
          if name and name.lower() not in ("pip", "setuptools", "wheel"):
              found.setdefault(name.lower(), "%s %s" % (name, each.version))
      names = [found[name] for name in sorted(found)]
      print(json.dumps({"python": platform.python_version(), "packages": names[:60],
                        "more_packages": max(0, len(names) - 60)}))
      """;

  private SandboxFacts() {}

  /**
   * JSON: {@code python}, {@code packages} (the first 60, name and version), {@code more_packages},
   * bytes of {@code memory}, {@code scratch}, {@code output} and {@code result}, {@code processes},
   * and {@code enforced}: which limit is held by what. Without the first three where the
   * interpreter does not tell them.
   */
  public static String of(SandboxSettings settings, TierProof proof) {
    ObjectNode facts = interpreter(settings);
    facts.put("memory", settings.memory());
    facts.put("scratch", settings.number("tmp_bytes"));
    facts.put("output", settings.number("output_limit"));
    facts.put("result", settings.number("result_limit"));
    facts.put("processes", settings.number("processes"));
    facts.set("enforced", JSON.valueToTree(proof.limits()));
    return facts.toString();
  }

  private static ObjectNode interpreter(SandboxSettings settings) {
    List<String> command = new ArrayList<>(List.of(settings.python(), "-I", "-B", "-c", SCRIPT));
    settings.field("python_path").forEach(path -> command.add(path.asString()));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      byte[] told = process.getInputStream().readAllBytes();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      JsonNode read = JSON.readTree(told);
      if (read instanceof ObjectNode facts) {
        return facts;
      }
    } catch (IOException | JacksonException e) {
      log.warn(
          "The interpreter's packages cannot be listed, and are not published: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return JSON.createObjectNode();
  }
}
