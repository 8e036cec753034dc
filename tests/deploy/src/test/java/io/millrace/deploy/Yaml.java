package io.millrace.deploy;

import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** YAML as trees; a key that stands twice is an error. */
final class Yaml {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Yaml() {}

  static List<JsonNode> documents(String text) {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    List<JsonNode> documents = new ArrayList<>();
    for (Object each : new org.yaml.snakeyaml.Yaml(new SafeConstructor(strict)).loadAll(text)) {
      documents.add(JSON.valueToTree(each));
    }
    return documents;
  }
}
