package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class SeccompProfileTest {
  private static final String PROFILE = "docker/seccomp-worker.json";
  private static final JsonNode BODY = Yaml.documents(Project.text(PROFILE)).get(0);

  @Test
  void nodesGetTheProfileThatComposeUses() {
    assertThat(Project.text("k8s/components/seccomp-installer/millrace-worker.json"))
        .isEqualTo(Project.text(PROFILE));
  }

  @Test
  void whatIsNotNamedIsRefused() {
    assertThat(BODY.path("defaultAction").asString()).isEqualTo("SCMP_ACT_ERRNO");
  }

  /** The kubelet reads no conditions: with one, it would allow what Docker does not. */
  @Test
  void dockerAndTheKubeletReadTheSame() {
    assertThat(BODY.propertyNames())
        .containsExactlyInAnyOrder("defaultAction", "defaultErrnoRet", "architectures", "syscalls");
    for (JsonNode rule : BODY.path("syscalls")) {
      assertThat(Set.of("comment", "names", "action", "args", "errnoRet"))
          .containsAll(rule.propertyNames());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"clone", "unshare", "setns", "mount", "umount2", "pivot_root", "sethostname"})
  void theSandboxMayCallWhatItNeeds(String call) {
    assertThat(allowed()).contains(call);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bpf",
        "chroot",
        "clone3",
        "delete_module",
        "finit_module",
        "fsmount",
        "fsopen",
        "init_module",
        "io_uring_setup",
        "ioperm",
        "iopl",
        "kexec_load",
        "keyctl",
        "move_mount",
        "mount_setattr",
        "open_by_handle_at",
        "open_tree",
        "perf_event_open",
        "reboot",
        "setdomainname",
        "settimeofday",
        "swapon",
        "umount",
        "userfaultfd"
      })
  void theProfileAddsNothingElse(String call) {
    assertThat(allowed()).doesNotContain(call);
  }

  private static Set<String> allowed() {
    return BODY.path("syscalls")
        .valueStream()
        .filter(rule -> rule.path("action").asString().equals("SCMP_ACT_ALLOW"))
        .flatMap(rule -> rule.path("names").valueStream())
        .map(JsonNode::asString)
        .collect(Collectors.toSet());
  }
}
