package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class PatienceTest {

  @Test
  void aStepThatFailsWhileKafkaIsAwayDoesNotEndItsSlot() {
    Patience patience = new Patience();
    patience.drain();

    assertThatCode(
            () ->
                patience.survive(
                    "take and run a job",
                    () -> {
                      throw new CompletionException(new IllegalStateException("Kafka is away"));
                    }))
        .doesNotThrowAnyException();
  }

  @Test
  void aStepThatSucceedsIsTakenOnce() {
    Patience patience = new Patience();
    int[] taken = {0};

    patience.survive("count", () -> taken[0]++);

    assertThat(taken[0]).isEqualTo(1);
  }
}
