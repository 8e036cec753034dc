package io.millrace.job;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A reply with the times that it was minted with.
 *
 * @param times run, queue and total time in seconds, and the queue's length, with spaces between
 */
public record MintedReply(Reply reply, String times) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String FIRST = "\"run_time\":";
  private static final Pattern REASON = Pattern.compile("\"reason\":\"(\\w+)\"");
  private static final Pattern TIMES =
      Pattern.compile(
          "\"run_time\":([\\d.]+),\"queue_time\":([\\d.]+),\"total_time\":([\\d.]+),"
              + "\"queue_length\":(\\d+)");

  /** Reads a whole body again; empty for what is no reply of ours. */
  public static Optional<MintedReply> of(String body) {
    // A program's result stands before the times, as JSON of its own; what follows is text.
    int first = body.lastIndexOf(FIRST);
    Matcher times = TIMES.matcher(body);
    if (first < 0 || !times.find(first) || times.start() != first) {
      return Optional.empty();
    }
    try {
      int status = status(body);
      Matcher told = REASON.matcher(body);
      String reason = told.find(times.end()) ? told.group(1) : null;
      Reply reply =
          new Reply(
              status,
              state(status, reason),
              reason,
              body.substring(0, first),
              body.substring(times.end()));
      String minted =
          String.join(" ", times.group(1), times.group(2), times.group(3), times.group(4));
      return Optional.of(new MintedReply(reply, minted));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static JobState state(int status, @Nullable String reason) {
    return switch (status) {
      case 200 -> JobState.SUCCEEDED;
      case 408 -> Reply.DEADLINE.equals(reason) ? JobState.EXPIRED : JobState.TIMED_OUT;
      default -> "cancelled".equals(reason) ? JobState.CANCELLED : JobState.FAILED;
    };
  }

  private static int status(String body) {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("code")) {
          return json.getIntValue();
        }
        json.skipChildren();
      }
      return 0;
    }
  }
}
