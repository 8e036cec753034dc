package io.millrace.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.observability.Expression.Asked;
import org.junit.jupiter.api.Test;

class ExpressionTest {

  @Test
  void metricsAreToldFromFunctionsLabelsAndNumbers() {
    Expression read =
        new Expression(
            "histogram_quantile(0.95, sum by (le) (rate(a_bucket{x=\"1\", y=~\"5..\"}[5m])))"
                + " / on (z) group_left b_total > 0.5 * min(c:d) and e == 1e3");

    assertThat(read.metrics()).containsExactly("a_bucket", "b_total", "c:d", "e");
    assertThat(read.groupings()).containsExactly("le", "z");
    assertThat(read.matchers())
        .containsExactly(new Asked("a_bucket", "x", "1"), new Asked("a_bucket", "y", ""));
  }
}
