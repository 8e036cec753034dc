package io.millrace.gateway.mcp;

import io.millrace.gateway.GatewaySettings;
import java.net.URI;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * Whether a browser's page may use the tool server. A page of another site must not reach a server
 * that only its visitor can reach. That its {@code Origin} is the {@code Host} is not enough: a
 * site can have its own name lead here once its page is loaded (DNS rebinding), so the name must be
 * one of ours.
 */
@Component
final class OriginRule {

  private final List<String> origins;
  private final List<String> hosts;

  OriginRule(GatewaySettings gateway, McpSettings settings) {
    this.origins = gateway.gateway().corsOrigins();
    this.hosts = settings.hosts();
  }

  boolean allows(HttpHeaders head) {
    String origin = head.getFirst(HttpHeaders.ORIGIN);
    return origin == null
        || origins.contains("*")
        || origins.contains(origin)
        || isOurs(origin, String.valueOf(head.getFirst(HttpHeaders.HOST)));
  }

  private boolean isOurs(String origin, String host) {
    try {
      URI page = URI.create(origin);
      return host.equalsIgnoreCase(page.getRawAuthority())
          && hosts.stream().anyMatch(each -> each.equalsIgnoreCase(page.getHost()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
