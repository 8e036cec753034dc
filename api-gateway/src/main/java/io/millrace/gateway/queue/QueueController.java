package io.millrace.gateway.queue;

import io.millrace.job.Reply;
import io.millrace.queue.QueueSettings;
import io.millrace.store.QueueGauge;
import io.millrace.store.QueueGauge.Reading;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The queue as a whole. */
@RestController
final class QueueController {

  private final QueueGauge gauge;
  private final QueueSettings settings;
  private final Reply.Speaker speaker;
  private final StoreCalls stores;

  QueueController(
      QueueGauge gauge, QueueSettings settings, Reply.Speaker speaker, StoreCalls stores) {
    this.gauge = gauge;
    this.settings = settings;
    this.speaker = speaker;
    this.stores = stores;
  }

  @GetMapping(path = "/v1/queue", produces = MediaType.APPLICATION_JSON_VALUE)
  Mono<Map<String, Object>> queue() {
    return stores.run(gauge::read).map(this::view);
  }

  private Map<String, Object> view(Reading now) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("queue_id", speaker.queueId());
    view.put("queue_length", now.queueLength());
    view.put("max_queue_length", settings.maxLength() == 0 ? "unlimited" : settings.maxLength());
    view.put("running", now.running());
    view.put("workers", now.workers());
    view.put("slots", now.slots());
    view.put("oldest_wait", seconds(now.oldestWait()));
    view.put("drain_rate", now.drainRate());
    view.put("tiers", now.tiers());
    return view;
  }

  private static BigDecimal seconds(Duration duration) {
    return BigDecimal.valueOf(duration.toNanos(), 9).setScale(3, RoundingMode.HALF_UP);
  }
}
