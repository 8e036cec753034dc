package io.millrace.deploy.server;

import io.kubernetes.client.custom.Quantity;
import java.util.List;
import java.util.stream.Stream;

/** The volumes of a pod. */
final class Volumes {
  private static final int ALL_MODES = 0777;

  private Volumes() {}

  static void check(Field volumes) {
    volumes.unique("name");
    for (Field each : volumes.each().toList()) {
      each.at("name").requiredAs(Form.LABEL);
      List<String> sources = each.names().filter(name -> !name.equals("name")).toList();
      if (sources.size() != 1) {
        each.refuse("must have exactly one source, not " + sources);
      }
      source(each);
    }
  }

  private static void source(Field volume) {
    Field memory = volume.at("emptyDir");
    if (!memory.at("medium").isEmpty()) {
      memory.at("medium").oneOf("Memory", "HugePages");
    }
    if (memory.at("sizeLimit").isThere()
        && Quantity.fromString(memory.at("sizeLimit").text()).getNumber().signum() < 0) {
      memory.at("sizeLimit").refuse("must not be negative");
    }
    if (volume.at("hostPath").isThere()) {
      volume.at("hostPath").at("path").required();
      if (Stream.of(volume.at("hostPath").at("path").text().split("/")).anyMatch(".."::equals)) {
        volume.at("hostPath").at("path").refuse("must not have ..");
      }
      if (!volume.at("hostPath").at("type").isEmpty()) {
        volume
            .at("hostPath")
            .at("type")
            .oneOf(
                "DirectoryOrCreate",
                "Directory",
                "FileOrCreate",
                "File",
                "Socket",
                "CharDevice",
                "BlockDevice");
      }
    }
    if (volume.at("persistentVolumeClaim").isThere()) {
      volume.at("persistentVolumeClaim").at("claimName").required();
    }
    named(volume.at("configMap"), "name");
    named(volume.at("secret"), "secretName");
    for (Field part : volume.at("projected").at("sources").each().toList()) {
      named(part.at("configMap"), "name");
      named(part.at("secret"), "name");
    }
  }

  private static void named(Field source, String name) {
    if (!source.isThere()) {
      return;
    }
    source.at(name).required();
    source.at("defaultMode").within(0, ALL_MODES);
    for (Field item : source.at("items").each().toList()) {
      item.at("key").required();
      item.at("path").requiredAs(Form.RELATIVE_PATH);
      item.at("mode").within(0, ALL_MODES);
    }
  }
}
