package io.millrace.worker;

import io.millrace.store.JobLeases.Recorded;
import io.millrace.store.QueueGauge;
import org.springframework.dao.DataAccessException;

/**
 * How many jobs wait in each lane, as last heard: every recorded result brings the counts along,
 * and an idle slot asks. Old by up to a quarter of a second; thread-safe.
 */
final class WaitingCounts {

  private final QueueGauge gauge;
  private volatile long first;
  private volatile long bulk;

  WaitingCounts(QueueGauge gauge) {
    this.gauge = gauge;
  }

  void hear(Recorded recorded) {
    first = recorded.firstWaiting();
    bulk = recorded.bulkWaiting();
  }

  /** Asks Redis; keeps what it knew when Redis is away. */
  void refresh() {
    try {
      QueueGauge.Reading reading = gauge.read();
      first = reading.firstWaiting();
      bulk = reading.bulkWaiting();
    } catch (DataAccessException e) {
      bulk = 0;
    }
  }

  boolean onlyBulk() {
    return first == 0 && bulk > 0;
  }

  boolean any() {
    return first > 0 || bulk > 0;
  }
}
