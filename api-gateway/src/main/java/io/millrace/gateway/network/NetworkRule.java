package io.millrace.gateway.network;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.Checked;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import io.millrace.outbound.AllowList;
import io.millrace.outbound.HostPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/** The hosts that a request's job may reach. Immutable. */
@Component
@EnableConfigurationProperties(NetworkSettings.class)
public final class NetworkRule {

  /** Characters of a list that a refusal shows. */
  private static final int LONGEST = 200;

  private final AllowList forAll;

  NetworkRule(NetworkSettings settings) {
    this.forAll = settings.allowed();
  }

  /** Refuses a request that asks for more than its key may reach. */
  public Checked<ExecutionRequest> check(ExecutionRequest request, Caller caller) {
    List<String> asked = asked(request);
    AllowList granted = granted(caller);
    for (int i = 0; asked != null && i < asked.size(); i++) {
      if (!granted.covers(HostPattern.parse(asked.get(i)))) {
        return Checked.refused(
            ApiError.networkNotAllowed(refusal(i, asked.get(i), granted)).withId(request.id()));
      }
    }
    return Checked.passed(request);
  }

  /** The hosts of a request that was checked, as patterns in their one form; empty for none. */
  public List<String> hosts(ExecutionRequest request, Caller caller) {
    List<String> asked = asked(request);
    return (asked == null ? granted(caller) : AllowList.parse(asked)).texts();
  }

  private AllowList granted(Caller caller) {
    return caller.network() == null ? forAll : caller.network();
  }

  private static @Nullable List<String> asked(ExecutionRequest request) {
    WideInputs wide = request.wide();
    return wide == null ? null : wide.network();
  }

  private static String refusal(int index, String host, AllowList granted) {
    return "network.allow[%d], %s, is wider than what this key may reach, which is %s; the operator"
            .formatted(index, HostPattern.parse(host), granted.isEmpty() ? "nothing" : cut(granted))
        + " allows hosts by MILLRACE_NETWORK_ALLOW or by network= in the key's line";
  }

  private static String cut(AllowList granted) {
    String all = granted.toString();
    return all.length() <= LONGEST ? all : all.substring(0, LONGEST) + "...";
  }
}
