package io.millrace.worker.network;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.metrics.EnumCounters;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicInteger;

/** What the jobs of this worker do on their network. Thread-safe. */
final class NetworkMeters {

  /** What became of a connection that a job asked for. */
  enum Answer {
    /** It stood. */
    CONNECTED,
    /** The host is not in the job's list, or its address is none that may be reached. */
    REFUSED,
    /** No such name, nobody there, or no request that a proxy takes. */
    FAILED
  }

  private final EnumCounters<Answer> answers;
  private final Counter received;
  private final Counter sent;
  private final AtomicInteger open = new AtomicInteger();

  NetworkMeters(MeterRegistry meters) {
    answers =
        new EnumCounters<>(
            meters, "millrace.network.connections", "answer", EnumSet.allOf(Answer.class));
    received = Counter.builder("millrace.network.received").baseUnit("bytes").register(meters);
    sent = Counter.builder("millrace.network.sent").baseUnit("bytes").register(meters);
    Gauge.builder("millrace.network.open", open, AtomicInteger::get).register(meters);
  }

  void answered(Answer answer) {
    answers.increment(answer);
  }

  void received(int bytes) {
    received.increment(bytes);
  }

  void sent(int bytes) {
    sent.increment(bytes);
  }

  void opened() {
    open.incrementAndGet();
  }

  void closed() {
    open.decrementAndGet();
  }
}
