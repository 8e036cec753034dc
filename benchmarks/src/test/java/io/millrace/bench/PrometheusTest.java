package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrometheusTest {

  private static final String TEXT =
      """
      # TYPE jvm_memory_used_bytes gauge
      jvm_memory_used_bytes{application="x",area="heap",id="a"} 2.0
      jvm_memory_used_bytes{area="heap",id="b"} 1.5E1
      jvm_memory_used_bytes{area="nonheap",id="c"} 100.0
      jvm_memory_used_bytes_max 7
      waiting 3.0
      """;

  @Test
  void samplesOfANameAreSummedUp() {
    assertThat(Prometheus.sum(TEXT, "jvm_memory_used_bytes", "area=\"heap\"")).isEqualTo(17);
    assertThat(Prometheus.sum(TEXT, "waiting", "")).isEqualTo(3);
  }

  @Test
  void aFigureThatIsNotThereIsNoNumber() {
    assertThat(Prometheus.sum(TEXT, "absent", "")).isNaN();
  }
}
