package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverlaysTest {

  @ParameterizedTest
  @ValueSource(strings = {"overlays/dev", "overlays/prod"})
  void anOverlayBreaksNoRule(String folder) {
    assertThat(Rules.violatedBy(Overlay.rendered(folder))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fallback", "gvisor"})
  void anOverlayWithAnotherTierBreaksNoRule(String component, @TempDir Path dir)
      throws IOException {
    Overlay overlay = variantOf("dev", "seccomp-installer", component, dir);
    assertThat(Rules.violatedBy(overlay)).isEmpty();
    assertThat(overlay.body("Deployment", "worker").toString())
        .doesNotContain("procMount")
        .doesNotContain("Localhost")
        .doesNotContain("Unconfined");
  }

  @Test
  void theAutoscalerWithoutKedaBreaksNoRule(@TempDir Path dir) throws IOException {
    Overlay overlay = variantOf("prod", "keda", "hpa", dir);
    assertThat(Rules.violatedBy(overlay)).isEmpty();
    assertThat(overlay.of("ScaledObject")).isEmpty();
    assertThat(overlay.of("HorizontalPodAutoscaler")).hasSize(2);
  }

  /** The k8s folder again, with one component of an overlay exchanged for another. */
  private static Overlay variantOf(String overlay, String component, String other, Path dir)
      throws IOException {
    Path source = Project.file("k8s");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = dir.resolve(source.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    Path kustomization = dir.resolve("overlays/" + overlay + "/kustomization.yaml");
    String text = Files.readString(kustomization);
    assertThat(text).contains("components/" + component + "\n");
    Files.writeString(
        kustomization,
        text.replace("components/" + component + "\n", "components/" + other + "\n"));
    return Overlay.rendered(dir.resolve("overlays/" + overlay));
  }
}
