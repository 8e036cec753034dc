package io.millrace.gateway.submit;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a caller wants to wait for its reply.
 *
 * @param limit zero: not at all
 * @param applied the preference (RFC 7240) that was followed, or empty
 */
public record WaitFor(Duration limit, String applied) {

  private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?(\\d{1,9})\"?");
  private static final String ASYNC = "respond-async";

  /** The reply goes to a webhook: no wait. */
  public static WaitFor webhook() {
    return new WaitFor(Duration.ZERO, "");
  }

  /**
   * Reads {@code Prefer}. Preferences that are unknown, or that nobody can read, are passed over.
   *
   * @param most the longest wait there is
   */
  public static WaitFor preferred(List<String> prefer, Duration most) {
    boolean async = false;
    for (String field : prefer) {
      for (String preference : field.toLowerCase(Locale.ROOT).split(",")) {
        String name = preference.split(";", 2)[0].trim();
        Matcher wait = WAIT.matcher(name);
        if (wait.matches()) {
          Duration asked = Duration.ofSeconds(Long.parseLong(wait.group(1)));
          return new WaitFor(asked.compareTo(most) < 0 ? asked : most, "wait=" + wait.group(1));
        }
        async |= name.equals(ASYNC);
      }
    }
    return async ? new WaitFor(Duration.ZERO, ASYNC) : new WaitFor(most, "");
  }

  boolean notAtAll() {
    return limit.isZero();
  }
}
