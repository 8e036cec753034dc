package io.millrace.standalone;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/**
 * The example, sent through everything before anybody is told to try it: that shows that it works,
 * and takes the second that a broker needs for its first record.
 */
final class FirstJob {
  static final String PATH = "/v1/code/execute/python";

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int OK = 200;

  private FirstJob() {}

  /**
   * Returns when there is an answer, after a minute at the latest.
   *
   * @return what to say of an answer that is no result: jobs from before may be in front
   */
  static Optional<String> run(String url, String key) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + PATH))
            .timeout(LIMIT)
            .header("x-api-key", key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Welcome.EXAMPLE))
            .build();
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
      return answer.statusCode() == OK
          ? Optional.empty()
          : Optional.of("It was answered with " + answer.statusCode() + ": " + answer.body());
    } catch (IOException e) {
      return Optional.of("It was not answered: " + e);
    }
  }
}
