package io.millrace.gateway;

import io.millrace.packages.PackagePolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The gateway's properties, below {@code millrace}.
 *
 * @param apiKeys keys by value with commas between, each {@code [NAME:]KEY} and what it may ("Keys"
 *     in docs/operations.md), with {@code ;} between the hosts of its {@code network=} and the
 *     names of its {@code packages=}
 * @param apiKeysFile a file of keys, one a line, read again when it changes; or null
 * @param compat other systems whose routes are answered too, with commas between: {@code dify},
 *     {@code librechat}, {@code piston}
 * @param compatTimeout how long a program may run that came by another system's route, where its
 *     request does not say
 * @param packages which packages jobs may ask for: {@code off}, {@code any}, or names with commas
 *     between; what those depend on comes along, and a key's line may allow less
 * @param gateway limits of this process
 */
@ConfigurationProperties("millrace")
public record GatewaySettings(
    @DefaultValue("") String apiKeys,
    @Nullable Path apiKeysFile,
    @DefaultValue List<String> compat,
    @DefaultValue("30s") Duration compatTimeout,
    @DefaultValue("off") String packages,
    @DefaultValue Limits gateway) {

  private static final Pattern COMPAT = Pattern.compile("(?i)dify|librechat|piston");
  private static final int LONGEST_SECONDS = 300;

  /** The largest body whose job is sure to fit a record of the queue. */
  private static final DataSize LARGEST_BODY = DataSize.ofMegabytes(3);

  private static final DataSize LARGEST_BATCH = DataSize.ofMegabytes(64);

  public GatewaySettings {
    compat = List.copyOf(compat);
    if (!compat.stream().allMatch(each -> COMPAT.matcher(each).matches())) {
      throw new IllegalArgumentException(
          "millrace.compat must be of dify, librechat and piston, but is " + compat);
    }
    if (compatTimeout.toSeconds() < 1 || compatTimeout.toSeconds() > LONGEST_SECONDS) {
      throw new IllegalArgumentException(
          "millrace.compat-timeout must be 1s to 300s, but is " + compatTimeout);
    }
    try {
      PackagePolicy.parse(packages, ',');
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("millrace.packages " + e.getMessage(), e);
    }
  }

  /** Which packages jobs may ask for, whatever their key. */
  public PackagePolicy packagePolicy() {
    return PackagePolicy.parse(packages, ',');
  }

  /**
   * What this process bounds.
   *
   * @param maxBody bytes of one request's body
   * @param maxBatchBody bytes of the body of a batch; each of its jobs may have as many as {@code
   *     max-body}
   * @param bodyMemory bytes of all bodies in hand together; over it: 503
   * @param headTimeout from the first byte of a request's head to its end
   * @param bodyTimeout from the head to the body's last byte; over it: 408
   * @param idleTimeout of a connection between requests, and of a reply that its caller does not
   *     read
   * @param maxHead bytes of a request's head
   * @param maxConnections connections at once
   * @param maxWait for one caller's reply; the caller then gets 202
   * @param maxWaiting callers that wait for replies at once; over it: 503
   * @param confirmTimeout for Kafka to confirm a job; over it: 503, and the job never runs
   * @param replyBeat between two looks for replies that no message told of
   * @param maxRetryAfter the longest {@code Retry-After}
   * @param keyReload between two looks at the file of keys
   * @param drainDelay on SIGTERM: how long connections are still taken while readiness is false
   * @param drainMargin on SIGTERM: how long before the grace period ends the waiting callers get
   *     202
   * @param corsOrigins pages of which origins may call from a browser
   * @param rehearsal requests that it sends itself and refuses before it is ready, so that the
   *     first callers meet code that has run; 0 for none
   * @param keyLimits what a key may do whose entry says nothing
   */
  public record Limits(
      @DefaultValue("1MB") DataSize maxBody,
      @DefaultValue("16MB") DataSize maxBatchBody,
      @DefaultValue("128MB") DataSize bodyMemory,
      @DefaultValue("10s") Duration headTimeout,
      @DefaultValue("20s") Duration bodyTimeout,
      @DefaultValue("75s") Duration idleTimeout,
      @DefaultValue("16KB") DataSize maxHead,
      @DefaultValue("20000") int maxConnections,
      @DefaultValue("15000") int maxWaiting,
      @DefaultValue("1h") Duration maxWait,
      @DefaultValue("850ms") Duration confirmTimeout,
      @DefaultValue("5s") Duration replyBeat,
      @DefaultValue("60s") Duration maxRetryAfter,
      @DefaultValue("2s") Duration keyReload,
      @DefaultValue("0s") Duration drainDelay,
      @DefaultValue("2s") Duration drainMargin,
      @DefaultValue List<String> corsOrigins,
      @DefaultValue("1000") int rehearsal,
      @DefaultValue KeyLimits keyLimits) {

    private static final Pattern ORIGIN = Pattern.compile("\\*|https?://[^/?#\\s*]+");

    public Limits {
      String origins = "* or origins such as https://app.example.com, without a path";
      corsOrigins = List.copyOf(corsOrigins);
      check(
          corsOrigins.stream().allMatch(each -> ORIGIN.matcher(each).matches()),
          "cors-origins",
          origins,
          corsOrigins);
      String bodies = "1B to " + LARGEST_BODY.toMegabytes() + "MB";
      check(within(maxBody, 1, LARGEST_BODY.toBytes()), "max-body", bodies, maxBody);
      check(
          within(maxBatchBody, 1, LARGEST_BATCH.toBytes()),
          "max-batch-body",
          "1B to " + LARGEST_BATCH.toMegabytes() + "MB",
          maxBatchBody);
      check(bodyMemory.compareTo(maxBody) >= 0, "body-memory", "max-body or more", bodyMemory);
      check(positive(headTimeout), "head-timeout", "1ms or more", headTimeout);
      check(positive(bodyTimeout), "body-timeout", "1ms or more", bodyTimeout);
      check(positive(idleTimeout), "idle-timeout", "1ms or more", idleTimeout);
      check(within(maxHead, 1024, 1 << 20), "max-head", "1KB to 1MB", maxHead);
      check(maxConnections >= 1, "max-connections", "1 or more", maxConnections);
      check(maxWaiting >= 1, "max-waiting", "1 or more", maxWaiting);
      check(positive(maxWait), "max-wait", "1ms or more", maxWait);
      check(positive(confirmTimeout), "confirm-timeout", "1ms or more", confirmTimeout);
      check(positive(replyBeat), "reply-beat", "1ms or more", replyBeat);
      check(maxRetryAfter.toSeconds() >= 1, "max-retry-after", "1s or more", maxRetryAfter);
      check(positive(keyReload), "key-reload", "1ms or more", keyReload);
      check(!drainDelay.isNegative(), "drain-delay", "0s or more", drainDelay);
      check(!drainMargin.isNegative(), "drain-margin", "0s or more", drainMargin);
      check(rehearsal >= 0, "rehearsal", "0 (none) or more", rehearsal);
    }

    private static boolean positive(Duration duration) {
      return duration.toMillis() >= 1;
    }

    private static boolean within(DataSize size, long least, long most) {
      return size.toBytes() >= least && size.toBytes() <= most;
    }
  }

  /**
   * What a key may do unless its own entry says otherwise; 0 is no limit.
   *
   * @param queued jobs that wait
   * @param running jobs that run
   * @param rate jobs a second
   * @param stored bytes of replies that are kept
   * @param bytes of jobs a second
   * @param files bytes of files that are kept
   */
  public record KeyLimits(
      @DefaultValue("0") int queued,
      @DefaultValue("0") int running,
      @DefaultValue("0") int rate,
      @DefaultValue("0B") DataSize stored,
      @DefaultValue("0B") DataSize bytes,
      @DefaultValue("0B") DataSize files) {

    public KeyLimits {
      check(queued >= 0, "key-limits.queued", "0 (no limit) or more", queued);
      check(running >= 0, "key-limits.running", "0 (no limit) or more", running);
      check(rate >= 0, "key-limits.rate", "0 (no limit) or more", rate);
      check(stored.toBytes() >= 0, "key-limits.stored", "0B (no limit) or more", stored);
      check(bytes.toBytes() >= 0, "key-limits.bytes", "0B (no limit) or more", bytes);
      check(files.toBytes() >= 0, "key-limits.files", "0B (no limit) or more", files);
    }
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.gateway." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
