package io.millrace.gateway.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcceptedRequestTest {

  @Test
  void aWideJobsPackagesAreTold() {
    assertThat(json(WideInputs.NONE, "pandas>=2")).contains("\"dependencies\":[\"pandas>=2\"]");
  }

  /** The plain route has no such property; its program says them. */
  @Test
  void aPlainJobHasTheFormOfItsRoute() {
    assertThat(json(null, "pandas>=2")).isEqualTo("{\"code\":\"print()\",\"timeout\":30}");
  }

  private static String json(@Nullable WideInputs wide, String dependency) {
    ExecutionRequest request = new ExecutionRequest("print()", 30, null, null, wide);
    return new String(AcceptedRequest.json(request.withDependencies(List.of(dependency))), UTF_8);
  }
}
