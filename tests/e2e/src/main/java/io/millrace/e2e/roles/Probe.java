package io.millrace.e2e.roles;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalDouble;

/** Asks a role's management port. Thread-safe. */
public final class Probe {

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(LIMIT).build();

  private Probe() {}

  /** Whether the role says that it can do its work; false too when it does not answer. */
  public static boolean isReady(int managementPort) {
    return isUp(managementPort, "readiness");
  }

  /** Whether the role reaches what all roles share; false too when it does not answer. */
  public static boolean reachesItsStores(int managementPort) {
    return isUp(managementPort, "dependencies");
  }

  private static boolean isUp(int managementPort, String group) {
    try {
      return get(managementPort, "/actuator/health/" + group).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The sum of all series of a metric; empty where there is none.
   *
   * @param name its Prometheus name, or that with the first of its labels: {@code
   *     jvm_memory_used_bytes{area="heap"}
   */
  public static OptionalDouble metric(int managementPort, String name) throws IOException {
    double[] values =
        get(managementPort, "/actuator/prometheus")
            .body()
            .lines()
            .filter(line -> line.startsWith(name))
            .filter(line -> " {,".indexOf(line.charAt(name.length())) >= 0)
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .toArray();
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return values.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum);
  }

  private static HttpResponse<String> get(int port, String path) throws IOException {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .timeout(LIMIT)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
