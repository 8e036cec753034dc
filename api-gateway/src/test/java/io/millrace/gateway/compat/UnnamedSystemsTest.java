package io.millrace.gateway.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.TestGateway;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class UnnamedSystemsTest {

  @Test
  void aSystemThatIsNotNamedIsNotThere() {
    try (TestGateway plain = TestGateway.start()) {
      Api api = new Api(plain, TestGateway.KEY);
      assertThat(ForeignDoorsTest.routes())
          .allSatisfy(
              route -> {
                HttpResponse<String> answer = api.post(route.path(), route.body());
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(Api.json(answer).path("reason").asString()).isEqualTo("not_found");
              });
      assertThat(api.get("/health").statusCode()).isEqualTo(404);
    }
  }
}
