package io.millrace.deploy;

import io.millrace.deploy.Dockerfile.Instruction;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** All that must hold for a Dockerfile of ours. */
final class DockerfileRules {
  private static final Pattern ARGUMENT = Pattern.compile("\\$\\{([A-Z_]+)}");
  private static final Pattern COPIED_FROM = Pattern.compile("--from=(\\S+)");
  private static final Pattern SECRET = Pattern.compile("PASSWORD|SECRET|TOKEN|API_KEYS?$");

  private final Dockerfile file;
  private final List<String> violations = new ArrayList<>();

  private DockerfileRules(Dockerfile file) {
    this.file = file;
  }

  static List<String> violatedBy(Dockerfile file, SettingNames settings) {
    DockerfileRules rules = new DockerfileRules(file);
    rules.sources();
    rules.steps();
    rules.shipped();
    rules.environment(settings);
    return rules.violations;
  }

  private void sources() {
    rule(!file.text().startsWith("# syntax="), "a # syntax= line needs a frontend to be pulled");
    rule(!file.text().contains("@sha256:"), "a digest keeps others from putting theirs in place");
    rule(file.all("FROM").count() >= 2, "there is one stage only: the build would be shipped");
    file.all("FROM")
        .forEach(
            each -> {
              String image = each.words().get(0);
              Matcher argument = ARGUMENT.matcher(image);
              if (argument.matches()) {
                String tag =
                    Objects.requireNonNull(
                        file.globalArguments().getOrDefault(argument.group(1), ""));
                rule(
                    tag.matches("[^@]+:[^:/]+") && !tag.endsWith(":latest"),
                    "a base image without a tag: " + image);
              } else {
                rule(
                    image.equals("scratch") || file.stages().contains(image),
                    "a base image that is no argument of the build: " + image);
              }
            });
  }

  private void steps() {
    rule(file.all("ADD").findAny().isEmpty(), "ADD does more than it says: use COPY");
    file.all("COPY")
        .forEach(
            each -> {
              Matcher from = COPIED_FROM.matcher(each.arguments());
              if (from.find()) {
                rule(file.stages().contains(from.group(1)), "no such stage: " + from.group(1));
              } else {
                List<String> sources = each.words().subList(0, each.words().size() - 1);
                sources.forEach(
                    it -> rule(Files.exists(Project.file(it)), "nothing to copy: " + it));
              }
            });
    file.all("RUN")
        .map(Instruction::arguments)
        .forEach(
            run -> {
              if (run.contains("apt-get install")) {
                rule(run.contains("--no-install-recommends"), "apt-get installs recommendations");
                rule(run.contains("apt-get update"), "apt-get installs from an old list");
                rule(run.contains("rm -rf /var/lib/apt/lists/*"), "apt-get leaves its lists");
              }
              rule(!run.matches(".*(curl|wget)[^|]*\\| *(ba)?sh.*"), "a download is run: " + run);
              rule(!run.contains("chmod 777"), "anyone may write: " + run);
            });
  }

  private void shipped() {
    List<Instruction> last = file.lastStage();
    List<String> users = arguments(last, "USER");
    rule(
        users.size() == 1 && users.get(0).matches("[1-9][0-9]{3,}:[1-9][0-9]{3,}"),
        "the image's user is not a number that is not root's: " + users);
    rule(arguments(last, "HEALTHCHECK").size() == 1, "there is no HEALTHCHECK");
    List<String> entrypoint = arguments(last, "ENTRYPOINT");
    rule(
        entrypoint.size() == 1 && entrypoint.get(0).startsWith("["),
        "ENTRYPOINT is not of the exec form: a shell would keep SIGTERM to itself");
    String start = String.join("", entrypoint);
    Matcher cache = Pattern.compile("-XX:AOTCache=(\\S+?)\"").matcher(start);
    rule(
        cache.find()
            && arguments(last, "RUN").stream()
                .anyMatch(run -> run.contains("train.sh") && run.endsWith(" " + cache.group(1))),
        "the AOT cache that is used is not the one that is made");
    rule(start.contains("-XX:+ExitOnOutOfMemoryError"), "it would live on without memory");
    List<String> layers =
        last.stream()
            .filter(it -> it.arguments().contains("--from=layers"))
            .map(it -> it.words().get(0))
            .collect(Collectors.toList());
    rule(
        layers.equals(
            List.of(
                "/layers/dependencies/", "/layers/snapshot-dependencies/", "/layers/application/")),
        "the jar's layers are not copied from what changes least to what changes most");
  }

  private void environment(SettingNames settings) {
    Set<String> exposed =
        file.lastStage().stream()
            .filter(each -> each.name().equals("EXPOSE"))
            .flatMap(each -> each.words().stream())
            .collect(Collectors.toSet());
    Set<String> ports =
        file.environment().entrySet().stream()
            .filter(each -> each.getKey().endsWith("SERVER_PORT"))
            .map(each -> each.getValue())
            .collect(Collectors.toSet());
    rule(exposed.equals(ports), "exposes " + exposed + " but listens on " + ports);
    for (String name : file.environment().keySet()) {
      rule(settings.bind(name), "does not read " + name);
      rule(!SECRET.matcher(name).find(), "a secret in the image: " + name);
    }
  }

  private static List<String> arguments(List<Instruction> stage, String name) {
    return stage.stream()
        .filter(each -> each.name().equals(name))
        .map(Instruction::arguments)
        .toList();
  }

  private void rule(boolean holds, String otherwise) {
    if (!holds) {
      violations.add(otherwise);
    }
  }
}
