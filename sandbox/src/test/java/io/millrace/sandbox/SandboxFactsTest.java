package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SandboxFactsTest {

  private static final TierProof PROOF = new TierProof("root", Map.of("memory", "cgroup"));

  @TempDir private Path packages;

  @Test
  void aProgramsInterpreterPackagesAndLimitsAreTold() throws IOException {
    Path info = Files.createDirectory(packages.resolve("zz_fish-1.2.3.dist-info"));
    Files.writeString(info.resolve("METADATA"), "Name: AA.fish\nVersion: 1.2.3\n");
    JsonNode facts = facts("python3", List.of(packages));
    assertThat(facts.path("python").asString()).matches("3\\.\\d+\\.\\d+.*");
    assertThat(facts.path("packages").get(0).asString()).isEqualTo("AA.fish 1.2.3");
    assertThat(facts.path("memory").asLong()).isEqualTo(256 << 20);
    assertThat(facts.path("enforced").path("memory").asString()).isEqualTo("cgroup");
  }

  @Test
  void anInterpreterThatDoesNotTellLeavesTheRestTrue() {
    JsonNode facts = facts("/bin/true", List.of());
    assertThat(facts.has("python")).isFalse();
    assertThat(facts.path("processes").asInt()).isEqualTo(32);
  }

  private static JsonNode facts(String python, List<Path> pythonPath) {
    SandboxSettings settings =
        TestSandbox.settings(
            python, Map.of("python_path", pythonPath.stream().map(Path::toString).toList()));
    return new JsonMapper().readTree(SandboxFacts.of(settings, PROOF));
  }
}
