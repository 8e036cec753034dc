package io.millrace.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A rendered overlay: all that {@code kubectl apply} would be given. */
record Overlay(List<Manifest> manifests) {
  private static final Map<Path, String> RENDERED = new ConcurrentHashMap<>();

  /**
   * Renders a folder below {@code k8s}. Where there is no kubectl the test is skipped, and says so.
   */
  static Overlay rendered(String folder) {
    return rendered(Project.file("k8s").resolve(folder));
  }

  static Overlay rendered(Path folder) {
    assumeTrue(
        kubectlIsThere(),
        "SKIPPED, NOT PASSED: kubectl is not on the PATH, so " + folder + " cannot be rendered");
    return parsed(RENDERED.computeIfAbsent(folder, Overlay::kustomize));
  }

  /** Renders an overlay with these components in the place of its own, from a copy in a folder. */
  static Overlay rendered(Path dir, String name, List<String> components) throws IOException {
    Path copy = dir.resolve(name + "-" + String.join("-", components));
    Path source = Project.file("k8s");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = copy.resolve(source.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Path kustomization = copy.resolve("overlays/" + name + "/kustomization.yaml");
    String text = Files.readString(kustomization);
    String list =
        components.stream()
            .map(each -> "  - ../../components/" + each + "\n")
            .collect(Collectors.joining());
    String others = text.replaceFirst("(?m)^components:\n(  - .*\n)+", "components:\n" + list);
    if (!others.contains("components:\n" + list)) {
      throw new AssertionError(kustomization + " lists no components");
    }
    Files.writeString(kustomization, others);
    return rendered(kustomization.getParent());
  }

  static Overlay parsed(String yaml) {
    return new Overlay(Yaml.documents(yaml).stream().map(Manifest::new).toList());
  }

  /** A copy that shares nothing with this one, for a test to break. */
  Overlay copy() {
    return new Overlay(
        manifests.stream().map(each -> new Manifest(each.body().deepCopy())).toList());
  }

  Stream<Manifest> of(String kind) {
    return manifests.stream().filter(each -> each.kind().equals(kind));
  }

  Stream<Manifest> workloads() {
    return manifests.stream().filter(Manifest::hasPods);
  }

  Optional<Manifest> find(String kind, String namespace, String name) {
    return manifests.stream().filter(each -> each.is(kind, namespace, name)).findFirst();
  }

  /** The only object of that kind with that name, whatever its namespace. */
  JsonNode body(String kind, String name) {
    return of(kind).filter(each -> each.name().equals(name)).findFirst().orElseThrow().body();
  }

  private static boolean kubectlIsThere() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(dir -> Files.isExecutable(Path.of(dir, "kubectl")));
  }

  private static String kustomize(Path folder) {
    try {
      Path errors = Files.createTempFile("kustomize", ".err");
      try {
        Process process =
            new ProcessBuilder("kubectl", "kustomize", folder.toString())
                .redirectError(errors.toFile())
                .start();
        String rendered =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
          throw new AssertionError(folder + " does not render: " + Files.readString(errors));
        }
        return rendered;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
