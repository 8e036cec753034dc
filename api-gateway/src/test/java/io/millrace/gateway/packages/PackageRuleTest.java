package io.millrace.gateway.packages;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.support.TestSettings;
import io.millrace.job.ExecutionRequest;
import io.millrace.packages.PackagePolicy;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackageRuleTest {

  private static final String BLOCK = "# /// script\n# dependencies = ['Rich']\n# ///\n";
  private static final Caller CALLER = new Caller("a", OwnerLimits.NONE, null);

  private final WorkerPython python =
      new WorkerPython(() -> Optional.of("{\"python\":\"3.11.2\"}"));

  private List<String> asked(String policy, String code, String... dependencies) {
    return rule(policy)
        .check(request(code, dependencies), CALLER)
        .fold(ExecutionRequest::dependencies, error -> List.of("refused", error.reason()));
  }

  private ApiError refusal(String policy, Caller caller, String code, String... dependencies) {
    return rule(policy)
        .check(request(code, dependencies), caller)
        .fold(
            request -> {
              throw new AssertionError("passed with " + request.dependencies());
            },
            error -> error);
  }

  private PackageRule rule(String policy) {
    python.look();
    return new PackageRule(TestSettings.with("packages", policy), python);
  }

  private static ExecutionRequest request(String code, String... dependencies) {
    return new ExecutionRequest(code, 30, null, "me", null).withDependencies(List.of(dependencies));
  }

  @Test
  void propertyAndBlockAreOneList() {
    assertThat(asked("any", BLOCK, "numpy", "RICH")).containsExactly("numpy", "rich");
    assertThat(asked("any", "print()")).isEmpty();
  }

  @Test
  void withoutThePolicyOnlyThatRunsWhichAsksForNothing() {
    assertThat(asked("off", "# /// script\n# dependencies = []\n# ///")).isEmpty();
    assertThat(asked("off", "")).isEmpty();
    ApiError off = refusal("off", CALLER, BLOCK);
    assertThat(off.status()).isEqualTo(400);
    assertThat(off.reason()).isEqualTo("dependencies_off");
    assertThat(off.message()).contains("MILLRACE_PACKAGES");
    assertThat(off.fields()).containsEntry("id", "me");
  }

  @Test
  void aListAllowsWhatItNames() {
    assertThat(asked("rich,numpy", BLOCK, "numpy>=1")).containsExactly("numpy>=1", "rich");
    ApiError other = refusal("numpy", CALLER, BLOCK);
    assertThat(other.reason()).isEqualTo("dependency_not_allowed");
    assertThat(other.message()).contains("rich").contains("MILLRACE_PACKAGES");
  }

  @Test
  void aKeyNarrowsIt() {
    Caller narrow = new Caller("a", OwnerLimits.NONE, null, PackagePolicy.parse("numpy", ';'));
    assertThat(refusal("any", narrow, BLOCK).message()).contains("packages=");
    Caller none = new Caller("a", OwnerLimits.NONE, null, PackagePolicy.OFF);
    assertThat(refusal("any", none, BLOCK).reason()).isEqualTo("dependencies_off");
  }

  @Test
  void placesAreNoRequirements() {
    assertThat(refusal("any", CALLER, "", "x @ https://e/x.whl").reason())
        .isEqualTo("dependency_failed");
    assertThat(refusal("any", CALLER, "", "-r x").reason()).isEqualTo("dependency_failed");
    assertThat(refusal("any", CALLER, "", "x y").reason()).isEqualTo("invalid_request");
  }

  @Test
  void bothTogetherAreBounded() {
    String[] many = IntStream.range(0, 64).mapToObj(i -> "p" + i).toArray(String[]::new);
    assertThat(asked("any", "", many)).hasSize(64);
    assertThat(refusal("any", CALLER, BLOCK, many).message()).contains("64");
  }

  @Test
  void thePythonThatAProgramRequiresIsTheWorkers() {
    assertThat(asked("off", "# /// script\n# requires-python = '>=3.9'\n# ///")).isEmpty();
    String newer = "# /// script\n# requires-python = '>=3.12'\n# ///";
    assertThat(refusal("off", CALLER, newer).message()).contains("3.11.2");
    assertThat(refusal("off", CALLER, newer.replace(">=3.12", "new")).reason())
        .isEqualTo("invalid_request");
  }
}
