package io.millrace.gateway.auth;

import io.millrace.outbound.AllowList;
import io.millrace.packages.PackagePolicy;
import io.millrace.store.AdmissionGate.OwnerLimits;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * Who asks: the name that its key goes by in Redis, logs and metrics, and what it may do.
 *
 * @param owner letters, digits, dot, dash and underscore, at most 64
 * @param network the hosts that its jobs may reach; null where its entry does not say
 * @param packages which packages its jobs may ask for, of those that the service allows
 */
public record Caller(
    String owner, OwnerLimits limits, @Nullable AllowList network, PackagePolicy packages) {

  private static final String ATTRIBUTE = Caller.class.getName();

  /** One that may ask for whatever packages the service allows. */
  public Caller(String owner, OwnerLimits limits, @Nullable AllowList network) {
    this(owner, limits, network, PackagePolicy.ANY);
  }

  /** Who sent this request; there is one wherever {@link ApiKeyFilter} let it pass with a key. */
  public static Caller of(ServerWebExchange exchange) {
    Caller caller = exchange.getAttribute(ATTRIBUTE);
    if (caller == null) {
      throw new IllegalStateException("a request without a key got past ApiKeyFilter");
    }
    return caller;
  }

  /** Whether a key came with this request. */
  public static boolean isKnown(ServerWebExchange exchange) {
    return exchange.getAttribute(ATTRIBUTE) != null;
  }

  void attachTo(ServerWebExchange exchange) {
    exchange.getAttributes().put(ATTRIBUTE, this);
  }
}
