package io.millrace.worker.network;

import io.millrace.outbound.Network;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What a worker knows of the properties below {@code millrace.network}. It opens nothing until the
 * first job comes that may reach a host.
 *
 * @param allowedNetworks CIDRs that jobs' hosts may be in although they are not public
 * @param proxy the operator's own HTTP proxy, which connections go through: {@code
 *     http://[USER:PASSWORD@]HOST:PORT}; it resolves names then, and has to keep private networks
 *     out of reach
 * @param connections of one job at once; more of them wait
 * @param rate connections of one job a second; more of them wait
 * @param bytes that one job may send and receive in all
 * @param bandwidth bytes a second that one job may send and receive once it has had its burst
 * @param burst bytes that one job may send and receive as fast as they go; they come back with the
 *     bandwidth
 * @param idleTimeout a connection without a byte in either direction is closed after it
 * @param connectTimeout until a connection to a host stands
 * @param dnsTimeout for one question to one name server
 */
@ConfigurationProperties("millrace.network")
public record NetworkSettings(
    @DefaultValue List<String> allowedNetworks,
    @DefaultValue("") String proxy,
    @DefaultValue("32") int connections,
    @DefaultValue("200") int rate,
    @DefaultValue("1GB") DataSize bytes,
    @DefaultValue("32MB") DataSize bandwidth,
    @DefaultValue("128MB") DataSize burst,
    @DefaultValue("60s") Duration idleTimeout,
    @DefaultValue("10s") Duration connectTimeout,
    @DefaultValue("2s") Duration dnsTimeout) {

  private static final int MOST_CONNECTIONS = 1024;
  private static final int MOST_RATE = 100_000;

  /** With less, a connection that waits for its turn could be taken for an idle one. */
  private static final DataSize LEAST_BANDWIDTH = DataSize.ofMegabytes(1);

  public NetworkSettings {
    allowedNetworks = List.copyOf(allowedNetworks);
    networks(allowedNetworks);
    UpstreamProxy.parse(proxy);
    check(
        connections >= 1 && connections <= MOST_CONNECTIONS,
        "connections",
        "1 to " + MOST_CONNECTIONS,
        connections);
    check(rate >= 1 && rate <= MOST_RATE, "rate", "1 to " + MOST_RATE, rate);
    check(bytes.toBytes() >= 1, "bytes", "1B or more", bytes);
    check(bandwidth.compareTo(LEAST_BANDWIDTH) >= 0, "bandwidth", "1MB or more", bandwidth);
    check(burst.toBytes() >= 1, "burst", "1B or more", burst);
    check(idleTimeout.toMillis() >= 1, "idle-timeout", "1ms or more", idleTimeout);
    check(connectTimeout.toMillis() >= 1, "connect-timeout", "1ms or more", connectTimeout);
    check(dnsTimeout.toMillis() >= 1, "dns-timeout", "1ms or more", dnsTimeout);
  }

  List<Network> networks() {
    return networks(allowedNetworks);
  }

  private static List<Network> networks(List<String> texts) {
    try {
      return texts.stream().map(String::strip).map(Network::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("millrace.network.allowed-networks: " + e.getMessage(), e);
    }
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.network." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
