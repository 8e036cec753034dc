package io.millrace.gateway.network;

import io.millrace.outbound.AllowList;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the gateway knows of the properties below {@code millrace.network}.
 *
 * @param allow hosts that jobs may reach by HTTP and HTTPS, such as {@code api.github.com}, {@code
 *     *.example.com} (every name below it), {@code host:8443}; without a port by 80 and 443. {@code
 *     network=} in a key's line takes its place
 */
@ConfigurationProperties("millrace.network")
public record NetworkSettings(@DefaultValue List<String> allow) {

  public NetworkSettings {
    allow = List.copyOf(allow);
    allowed(allow);
  }

  AllowList allowed() {
    return allowed(allow);
  }

  private static AllowList allowed(List<String> hosts) {
    try {
      return AllowList.parse(hosts);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("millrace.network.allow: " + e.getMessage(), e);
    }
  }
}
