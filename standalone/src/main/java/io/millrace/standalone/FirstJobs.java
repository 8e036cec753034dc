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
 * The example, sent through everything before anybody is told to try it: that shows that it works.
 * Then again for some seconds, since the first hundreds of jobs after a start take twice as long:
 * the broker's first records, and Java's first runs of everything.
 */
final class FirstJobs {
  static final String PATH = "/v1/code/execute/python";

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final int MOST = 400;
  private static final int OK = 200;

  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpRequest request;

  FirstJobs(String url, String key) {
    request =
        HttpRequest.newBuilder(URI.create(url + PATH))
            .timeout(LIMIT)
            .header("x-api-key", key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Welcome.EXAMPLE))
            .build();
  }

  /**
   * Returns after some seconds; when there is no first answer, after a minute at the latest.
   *
   * @return what to say of an answer that is no result: jobs from before may be in front
   */
  Optional<String> run() throws InterruptedException {
    Optional<String> trouble = runOne();
    long end = System.nanoTime() + WARM_UP.toNanos();
    for (int job = 1; job < MOST && trouble.isEmpty() && System.nanoTime() < end; job++) {
      trouble = runOne();
    }
    return trouble;
  }

  private Optional<String> runOne() throws InterruptedException {
    try {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      return answer.statusCode() == OK
          ? Optional.empty()
          : Optional.of("One was answered with " + answer.statusCode() + ": " + answer.body());
    } catch (IOException e) {
      return Optional.of("One was not answered: " + e);
    }
  }
}
