package io.millrace.gateway.events;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Who watches: so many at once and no more. When the gateway stops they are let go, so that nobody
 * waits for them; each comes back elsewhere with the id of its last event. Thread-safe.
 */
@Component
@EnableConfigurationProperties(EventSettings.class)
class Watchers {

  private final int most;
  private final AtomicInteger now = new AtomicInteger();
  private final Sinks.One<Boolean> stopping = Sinks.one();

  Watchers(EventSettings settings, MeterRegistry meters) {
    this.most = settings.maxWatchers();
    meters.gauge("millrace.events.watchers", now);
  }

  /** Takes a place, to be given back by {@link #leave}. */
  boolean tryEnter() {
    if (now.incrementAndGet() <= most) {
      return true;
    }
    now.decrementAndGet();
    return false;
  }

  void leave() {
    now.decrementAndGet();
  }

  /** The events until they end or this gateway stops. */
  <T> Flux<T> whileServing(Flux<T> events) {
    return events.takeUntilOther(stopping.asMono());
  }

  @EventListener(ContextClosedEvent.class)
  void letGo() {
    stopping.tryEmitValue(true);
  }
}
