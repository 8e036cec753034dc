package io.millrace.gateway.packages;

import io.millrace.gateway.GatewaySettings;
import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.job.ExecutionRequest;
import io.millrace.packages.PackagePolicy;
import io.millrace.packages.PythonVersions;
import io.millrace.packages.Requirement;
import io.millrace.packages.Requirement.BadRequirementException;
import io.millrace.packages.ScriptBlock;
import io.millrace.packages.ScriptBlock.BadBlockException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Which packages a request asks for, by its property and by the block in its code together, and
 * whether it may. Thread-safe.
 */
@Component
public final class PackageRule {

  private static final int MOST = 64;

  private final PackagePolicy ofService;
  private final WorkerPython python;

  PackageRule(GatewaySettings settings, WorkerPython python) {
    this.ofService = settings.packagePolicy();
    this.python = python;
  }

  /** The request with all that it asks for, each in its one spelling; or why it may not. */
  public Checked<ExecutionRequest> check(ExecutionRequest request, Caller caller) {
    Optional<ScriptBlock> block;
    try {
      block = ScriptBlock.of(request.code());
    } catch (BadBlockException e) {
      return refused(ApiError.invalid(String.valueOf(e.getMessage())), request);
    }
    if (request.dependencies().isEmpty() && block.isEmpty()) {
      return Checked.passed(request);
    }
    String unmet = unmet(block.map(ScriptBlock::requiresPython).orElse(null));
    if (!unmet.isEmpty()) {
      return refused(ApiError.invalid(unmet), request);
    }
    List<String> asked =
        Stream.concat(
                request.dependencies().stream(),
                block.stream().flatMap(each -> each.dependencies().stream()))
            .toList();
    return asked.isEmpty() ? Checked.passed(request) : allowed(request, asked, caller);
  }

  private Checked<ExecutionRequest> allowed(
      ExecutionRequest request, List<String> asked, Caller caller) {
    PackagePolicy policy = ofService.narrowedBy(caller.packages());
    if (policy.isOff()) {
      return refused(ApiError.dependencies("dependencies_off", whyOff()), request);
    }
    TreeMap<String, Requirement> requirements = new TreeMap<>();
    for (String each : asked) {
      try {
        Requirement requirement = Requirement.parse(each);
        requirements.put(requirement.text(), requirement);
      } catch (BadRequirementException e) {
        String message = "dependencies: " + e.getMessage();
        return refused(
            e.isDirect()
                ? ApiError.dependencies("dependency_failed", message)
                : ApiError.invalid(message),
            request);
      }
    }
    if (requirements.size() > MOST) {
      String message = "dependencies may have " + MOST + " items at most, with those of the code";
      return refused(ApiError.invalid(message), request);
    }
    return requirements.values().stream()
        .filter(each -> !policy.allows(each))
        .findFirst()
        .map(each -> refused(notAllowed(each), request))
        .orElseGet(() -> Checked.passed(with(request, requirements.keySet())));
  }

  private static ExecutionRequest with(ExecutionRequest request, Collection<String> texts) {
    return request.withDependencies(List.copyOf(texts));
  }

  /** Empty where it is met, or no worker has said what it has. */
  private String unmet(@Nullable String requiresPython) {
    if (requiresPython == null) {
      return "";
    }
    Optional<PythonVersions> versions = PythonVersions.parse(requiresPython);
    if (versions.isEmpty()) {
      return "requires-python of the script block in code is no set of versions, such as >=3.9";
    }
    return python
        .version()
        .filter(version -> !versions.get().contains(version))
        .map(
            version ->
                "requires-python of the script block in code is not met: the workers have Python "
                    + version)
        .orElse("");
  }

  private String whyOff() {
    return ofService.isOff()
        ? "This installation runs jobs with the packages that its workers have: set"
            + " MILLRACE_PACKAGES to any, or to the names of packages that may be asked for"
        : "This key may not ask for packages: packages= in its line says so";
  }

  private ApiError notAllowed(Requirement asked) {
    boolean byService = !ofService.allows(asked);
    return ApiError.dependencies(
        "dependency_not_allowed",
        asked.name()
            + " may not be asked for here: it is not named by "
            + (byService ? "MILLRACE_PACKAGES" : "packages= in the line of this key"));
  }

  private static Checked<ExecutionRequest> refused(ApiError error, ExecutionRequest request) {
    return Checked.refused(error.withId(request.id()));
  }
}
