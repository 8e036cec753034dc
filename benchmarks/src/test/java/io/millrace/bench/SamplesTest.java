package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplesTest {

  @Test
  void aPercentileIsAMeasuredValueWhateverTheOrder() {
    Samples samples =
        Samples.of(IntStream.rangeClosed(1, 100).map(i -> 101 - i).asDoubleStream().toArray());
    assertThat(samples.median()).isEqualTo(50);
    assertThat(samples.percentile(99)).isEqualTo(99);
    assertThat(samples.percentile(100)).isEqualTo(100);
    assertThat(samples.percentile(0)).isEqualTo(1);
  }

  @Test
  void noSamplesHaveNoMedian() {
    assertThat(Samples.of(new double[0]).median()).isNaN();
  }
}
