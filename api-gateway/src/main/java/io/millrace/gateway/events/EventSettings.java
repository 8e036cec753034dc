package io.millrace.gateway.events;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties below {@code millrace.events}.
 *
 * @param maxWatchers how many clients may watch one job at once on this gateway
 * @param beat how often a watched job is looked at
 * @param keepAlive after how long without news a comment is sent, so that nobody takes the
 *     connection for dead
 */
@ConfigurationProperties("millrace.events")
public record EventSettings(
    @DefaultValue("256") int maxWatchers,
    @DefaultValue("200ms") Duration beat,
    @DefaultValue("15s") Duration keepAlive) {

  public EventSettings {
    check(maxWatchers >= 1, "max-watchers", "1 or more", maxWatchers);
    check(beat.toMillis() >= 10, "beat", "10ms or more", beat);
    check(keepAlive.compareTo(beat) >= 0, "keep-alive", "the beat or more", keepAlive);
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.events." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
