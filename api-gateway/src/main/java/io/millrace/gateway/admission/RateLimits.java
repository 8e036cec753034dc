package io.millrace.gateway.admission;

import io.millrace.gateway.auth.Caller;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.gateway.reply.ReplyAwaiter;
import io.millrace.queue.QueueSettings;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Puts {@code RateLimit} and {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers-11) on
 * every reply to a known key. The names of the policies are the {@code reason} of the 429 that each
 * of them ends in.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 110)
final class RateLimits implements WebFilter {

  private static final String LIMIT = "RateLimit";
  private static final String POLICY = "RateLimit-Policy";

  private final QueueMonitor monitor;
  private final QueueSettings queue;
  private final ReplyAwaiter awaiter;

  RateLimits(QueueMonitor monitor, QueueSettings queue, ReplyAwaiter awaiter) {
    this.monitor = monitor;
    this.queue = queue;
    this.awaiter = awaiter;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (Caller.isKnown(exchange)) {
      Caller caller = Caller.of(exchange);
      HttpHeaders head = exchange.getResponse().getHeaders();
      exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> state(caller, head)));
    }
    return chain.filter(exchange);
  }

  private void state(Caller caller, HttpHeaders head) {
    head.set(POLICY, policies(caller.limits()));
    if (!head.containsHeader(LIMIT)) {
      head.set(LIMIT, room());
    }
  }

  private String policies(OwnerLimits limits) {
    List<String> policies = new ArrayList<>();
    if (queue.maxLength() > 0) {
      policies.add("\"queue_full\";q=" + queue.maxLength() + ";qu=\"concurrent-requests\"");
    }
    if (limits.rate() > 0) {
      policies.add("\"key_rate\";q=" + limits.rate() + ";w=1");
    }
    if (limits.queued() > 0) {
      policies.add("\"key_limit\";q=" + limits.queued() + ";qu=\"concurrent-requests\"");
    }
    if (limits.stored() > 0) {
      policies.add("\"key_stored\";q=" + limits.stored() + ";qu=\"content-bytes\"");
    }
    if (limits.bytes() > 0) {
      policies.add("\"key_bytes\";q=" + limits.bytes() + ";w=1;qu=\"content-bytes\"");
    }
    policies.add("\"waiting\";q=" + awaiter.places() + ";qu=\"concurrent-requests\"");
    return String.join(", ", policies);
  }

  private String room() {
    String waiting = "\"waiting\";r=" + Math.max(0, awaiter.places() - awaiter.size());
    long free = Math.max(0, queue.maxLength() - monitor.reading().queueLength());
    return queue.maxLength() > 0 ? "\"queue_full\";r=" + free + ", " + waiting : waiting;
  }
}
