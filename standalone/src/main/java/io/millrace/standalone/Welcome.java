package io.millrace.standalone;

import java.nio.file.Path;

/** What {@code ./millrace up} says when everything answers. */
final class Welcome {
  static final String EXAMPLE =
      "{\"code\": \"print('Hello, World!')\", \"timeout\": 10, \"id\": \"unique-request-id\"}";

  private Welcome() {}

  static String text(StandaloneSettings settings, String key) {
    String url = settings.url();
    Path dataDir = settings.dataDir();
    return """

        Millrace runs on %s; its console is there, for a browser
          Kafka    %s:%d
          Redis    %s:%d
          metrics  http://localhost:%d/actuator/prometheus
          data     %s (logs in %s)
          key      %s

        Try it:
          %s

        For the recipes (docs/recipes):
          export MILLRACE_URL=%s MILLRACE_API_KEY=%s

        Ctrl-C, or ./millrace stop, stops everything; the data stays."""
        .formatted(
            url,
            EmbeddedBroker.HOST,
            settings.kafkaPort(),
            EmbeddedRedis.HOST,
            settings.redisPort(),
            settings.managementPort(),
            dataDir,
            DataFolder.logs(dataDir),
            key,
            curl(url, key),
            url,
            quoted(key));
  }

  /** A line for a POSIX shell, to be pasted as it is. */
  static String curl(String url, String key) {
    return "curl -X POST -H "
        + quoted("x-api-key: " + key)
        + " -H 'Content-Type: application/json' -d "
        + quoted(EXAMPLE)
        + " "
        + url
        + FirstJobs.PATH;
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
