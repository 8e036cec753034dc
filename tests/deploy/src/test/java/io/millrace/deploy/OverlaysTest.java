package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each overlay with the components in each combination that docs/operations.md names. */
class OverlaysTest {
  private static final List<String> TIERS = List.of("seccomp-installer", "fallback", "gvisor");

  @TempDir private static Path dir;

  @ParameterizedTest(name = "{0} with {1}")
  @MethodSource("combinations")
  void anOverlayBreaksNoRule(String name, List<String> components) throws IOException {
    Overlay overlay = Overlay.rendered(dir, name, components);
    assertThat(Rules.violatedBy(overlay)).isEmpty();
    if (!components.contains("seccomp-installer")) {
      assertThat(overlay.body("Deployment", "worker").toString())
          .doesNotContain("procMount")
          .doesNotContain("Localhost")
          .doesNotContain("Unconfined");
    }
    if (components.contains("hpa")) {
      assertThat(overlay.of("ScaledObject")).isEmpty();
      assertThat(overlay.of("HorizontalPodAutoscaler")).hasSize(2);
    }
  }

  static Stream<Arguments> combinations() {
    List<Arguments> combinations = new ArrayList<>();
    for (String tier : TIERS) {
      for (String monitoring : List.of("", "monitoring")) {
        combinations.add(combination("dev", tier, monitoring));
        for (String scaler : List.of("keda", "hpa")) {
          combinations.add(combination("prod", tier, scaler, monitoring));
        }
      }
    }
    combinations.add(combination("prod", "seccomp-installer", "cgroups", "keda", "monitoring"));
    combinations.add(combination("prod", "seccomp-installer", "keda", "network"));
    for (String tier : TIERS) {
      combinations.add(combination("dev", "packages", tier));
      combinations.add(combination("prod", "packages", tier, "hpa", "monitoring"));
    }
    combinations.add(
        combination("prod", "packages", "seccomp-installer", "cgroups", "keda", "network"));
    return combinations.stream();
  }

  private static Arguments combination(String overlay, String... components) {
    return Arguments.of(overlay, Stream.of(components).filter(each -> !each.isEmpty()).toList());
  }
}
