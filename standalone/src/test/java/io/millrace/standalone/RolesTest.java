package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RolesTest {

  private static final String STORE = "MILLRACE_FILES_STORE";
  private static final RunningUp UP =
      new RunningUp(1, new StandaloneSettings(Path.of("/data"), 1, 2, 3, 4), 5);

  @Test
  void filesAreKeptBesideAllElseUnlessTheEnvironmentSaysWhere() {
    for (Role role : applications(Map.of())) {
      assertThat(role.environment()).containsEntry(STORE, "dir:/data/files");
    }
    for (Role role : applications(Map.of(STORE, "s3://bucket"))) {
      assertThat(role.environment()).containsEntry(STORE, "s3://bucket");
    }
    for (Role role : applications(Map.of(STORE, ""))) {
      assertThat(role.environment()).containsEntry(STORE, "");
    }
  }

  private static Role[] applications(Map<String, String> environment) {
    Roles roles = new Roles(UP, environment);
    return new Role[] {roles.gateway(Path.of("g.jar"), "key"), roles.worker(Path.of("w.jar"))};
  }
}
