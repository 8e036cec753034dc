package io.millrace.standalone;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Whether a child process does its work. */
interface Readiness {
  boolean isReached() throws IOException, InterruptedException;

  /** The child printed a line that begins so. */
  static Readiness ofLine(Path output, String beginning) {
    return () ->
        Files.exists(output)
            && Files.readAllLines(output).stream().anyMatch(line -> line.startsWith(beginning));
  }

  /** The child's readiness probe says 200. */
  static Readiness ofProbe(int managementPort) {
    Duration limit = Duration.ofSeconds(5);
    HttpClient client = HttpClient.newBuilder().connectTimeout(limit).build();
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://"
                        + EmbeddedBroker.HOST
                        + ":"
                        + managementPort
                        + "/actuator/health/readiness"))
            .timeout(limit)
            .build();
    return () -> {
      try {
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
      } catch (IOException e) {
        return false;
      }
    };
  }
}
