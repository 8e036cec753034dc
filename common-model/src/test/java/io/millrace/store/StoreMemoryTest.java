package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Store;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

@Tag("services")
class StoreMemoryTest {

  private final Store store = Store.fresh();

  @Test
  void aRedisWithoutABoundHasRoom() {
    StoreMemory.Reading reading = memory(0, 0.8, 0.9).read();
    assertThat(reading.used()).isPositive();
    assertThat(reading.most()).isZero();
    assertThat(reading.admits()).isTrue();
    assertThat(reading.claims()).isTrue();
  }

  @Test
  void newJobsStopBeforeThoseThatWait() {
    long used = store.usedMemory();
    assertThat(memory(2 * used, 0.8, 0.9).read().admits()).isTrue();
    StoreMemory.Reading nearlyFull = memory(2 * used, 0.3, 0.9).read();
    assertThat(nearlyFull.admits()).isFalse();
    assertThat(nearlyFull.claims()).isTrue();
    StoreMemory.Reading full = memory(used / 2, 0.8, 0.9).read();
    assertThat(full.admits()).isFalse();
    assertThat(full.claims()).isFalse();
  }

  @Test
  void marksThatMakeNoSenseAreRefusedByName() {
    assertThatThrownBy(() -> memory(0, 0, 0.9)).hasMessageContaining("millrace.store.admit-below");
    assertThatThrownBy(() -> memory(0, 0.8, 0.7))
        .hasMessageContaining("millrace.store.claim-below");
  }

  private StoreMemory memory(long bytes, double admitBelow, double claimBelow) {
    return new StoreMemory(
        store.redis, new StoreSettings(DataSize.ofBytes(bytes), admitBelow, claimBelow));
  }
}
