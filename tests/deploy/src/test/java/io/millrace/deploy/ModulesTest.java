package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The house as it is drawn: which module stands on which, and that none outgrows the others. */
class ModulesTest {

  /**
   * What ships, and what of ours it stands on. A module that is added has a line here, and one in
   * CONTRIBUTING.md.
   */
  private static final Map<String, Set<String>> SHIPPED =
      Map.of(
          "common-model", Set.of(),
          "console", Set.of(),
          "files", Set.of(),
          "outbound", Set.of(),
          "sandbox", Set.of(),
          "standalone", Set.of(),
          "wire", Set.of(),
          "webhooks", Set.of("common-model", "outbound"),
          "api-gateway", Set.of("common-model", "console", "files", "outbound", "webhooks", "wire"),
          "executor-worker", Set.of("common-model", "files", "outbound", "sandbox"));

  /** What the tests of a part may use besides: real stores. */
  private static final Set<String> FOR_TESTS = Set.of("standalone", "test-support");

  private static final double LARGEST_SHARE = 0.25;
  private static final Set<String> CODE = Set.of("java", "py", "lua", "js", "css", "html");

  /**
   * @param folder below the root
   * @param needs other modules, by the artifacts' names
   * @param needsForTests those in the scope of tests
   * @param groups of all that is needed to run
   */
  private record Module(
      String name,
      String folder,
      Set<String> needs,
      Set<String> needsForTests,
      Set<String> groups) {}

  private static final Map<String, Module> MODULES = modules();

  @Test
  void eachPartStandsOnWhatIsDrawnBelowItAlone() {
    SHIPPED.forEach(
        (name, needs) -> {
          assertThat(MODULES).containsKey(name);
          assertThat(MODULES.get(name).needs()).as("what %s is built on", name).isEqualTo(needs);
        });
  }

  @Test
  void theTestsOfAPartUseTheStoresAndWhatIsBelowItAlone() {
    for (String name : SHIPPED.keySet()) {
      Set<String> allowed = new TreeSet<>(FOR_TESTS);
      allowed.addAll(SHIPPED.get(name));
      assertThat(allowed).as(name).containsAll(MODULES.get(name).needsForTests());
    }
    assertThat(MODULES.get("test-support").needs()).isEqualTo(Set.of("standalone"));
  }

  @Test
  void theSandboxKnowsNoQueueNoRedisAndNoSpring() {
    assertThat(MODULES.get("sandbox").groups())
        .containsExactlyInAnyOrder("tools.jackson.core", "org.slf4j", "org.jspecify");
  }

  @Test
  void noModuleHasAQuarterOfTheCode() {
    Map<String, Long> lines = new TreeMap<>();
    SHIPPED.keySet().forEach(name -> lines.put(name, linesOfCode(MODULES.get(name))));
    long all = lines.values().stream().mapToLong(Long::longValue).sum();
    assertThat(all).isGreaterThan(10_000);
    assertThat(lines)
        .allSatisfy(
            (name, own) ->
                assertThat((double) own / all)
                    .as("the share of %s of %d lines: %s", name, all, lines)
                    .isLessThan(LARGEST_SHARE));
  }

  @Test
  void whoContributesFindsEachModuleExplained() {
    String page = Project.text("CONTRIBUTING.md");
    assertThat(MODULES.values())
        .allSatisfy(module -> assertThat(page).contains("| `" + module.folder() + "` |"));
  }

  @Test
  void noPackageIsInTwoModules() {
    Map<String, List<String>> owners =
        MODULES.values().stream()
            .flatMap(module -> packages(module).map(each -> Map.entry(each, module.name())))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    assertThat(owners).allSatisfy((name, modules) -> assertThat(modules).as(name).hasSize(1));
  }

  private static Stream<String> packages(Module module) {
    Path sources = Project.file(module.folder()).resolve("src/main/java");
    return files(sources)
        .filter(file -> file.toString().endsWith(".java"))
        .map(file -> sources.relativize(file.getParent()).toString().replace('/', '.'))
        .distinct();
  }

  private static long linesOfCode(Module module) {
    return files(Project.file(module.folder()).resolve("src/main"))
        .filter(file -> CODE.contains(file.toString().replaceAll(".*\\.", "")))
        .mapToLong(ModulesTest::lines)
        .sum();
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Path> files(Path folder) {
    if (!Files.exists(folder)) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Module> modules() {
    return children(child(pom("."), "modules")).stream()
        .map(Node::getTextContent)
        .map(ModulesTest::module)
        .collect(Collectors.toMap(Module::name, module -> module));
  }

  private static Module module(String folder) {
    Element pom = pom(folder);
    Module module =
        new Module(
            text(pom, "artifactId"), folder, new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    for (Element dependency : children(child(pom, "dependencies"))) {
      boolean isForTests = text(dependency, "scope").equals("test");
      String group = text(dependency, "groupId");
      if (group.equals("io.millrace")) {
        (isForTests ? module.needsForTests() : module.needs()).add(text(dependency, "artifactId"));
      }
      if (!isForTests) {
        module.groups().add(group);
      }
    }
    return module;
  }

  private static Element pom(String folder) {
    Path pom = Project.file(folder).resolve("pom.xml");
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(pom.toFile())
          .getDocumentElement();
    } catch (Exception e) {
      throw new IllegalStateException("cannot read " + pom, e);
    }
  }

  private static String text(Element parent, String name) {
    return children(parent).stream()
        .filter(each -> each.getTagName().equals(name))
        .map(Node::getTextContent)
        .findFirst()
        .orElse("");
  }

  private static Element child(Element parent, String name) {
    return children(parent).stream()
        .filter(each -> each.getTagName().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no <" + name + ">"));
  }

  private static List<Element> children(Element parent) {
    NodeList nodes = parent.getChildNodes();
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .filter(Element.class::isInstance)
        .map(Element.class::cast)
        .toList();
  }
}
