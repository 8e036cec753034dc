package io.millrace.webhook.delivery;

import io.millrace.queue.Completion;
import io.millrace.store.ScriptLibrary;
import io.millrace.store.Scripts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Deliveries in Redis: who makes which attempt until when, and what came of it. Every change is one
 * script. Blocking; throws Spring's {@code DataAccessException} while Redis is away. Thread-safe.
 */
public final class DeliveryStore {

  private static final int FIELDS_BEFORE = 4;
  private static final int FIELDS_OF_A_CLAIM = 7;
  private static final int FIELDS_OF_ONE_GIVEN_UP = 9;
  private static final int FIELDS_OF_AN_END = 10;

  /** The producer has given up, or has its answer, by then. */
  private static final Duration MARK_PATIENCE = Duration.ofSeconds(3);

  private static final ScriptLibrary LIBRARY = ScriptLibrary.of("redis/webhooks", "prelude");

  private final Scripts scripts;
  private final long ttl;
  private final long deliveredTtl;
  private final long maxPending;

  /**
   * @param retention how long a delivery is known after it last changed
   * @param deliveredRetention the same once it has arrived
   * @param maxPending how many that have failed may wait; beyond it the longest failing of the
   *     owner who has most is given up, but none that has failed once only
   */
  public DeliveryStore(
      StringRedisTemplate redis, Duration retention, Duration deliveredRetention, long maxPending) {
    this.scripts = new Scripts(redis, LIBRARY);
    this.ttl = retention.toMillis();
    this.deliveredTtl = deliveredRetention.toMillis();
    this.maxPending = maxPending;
  }

  /** What a claim gave. */
  public sealed interface DeliveryClaim {}

  /**
   * These are ours until the lease ends.
   *
   * @param pending deliveries of all owners that another attempt is due for, or being made
   * @param dead deliveries of all owners that were given up
   * @param unmarked ends that should long be in the log, and are the caller's to write there
   */
  public record Claimed(
      List<Delivery> deliveries, long pending, long dead, List<DeliveryMarker> unmarked)
      implements DeliveryClaim {}

  /** Redis knows nothing of deliveries: the log must be read again first. */
  public record Emptied() implements DeliveryClaim {}

  /**
   * Where a delivery stands after an attempt.
   *
   * @param ours false when it was taken over
   * @param givenUp deliveries that were given up, since more of them fail than may be pending
   */
  public record RecordedAttempt(
      boolean ours, DeliveryState state, int attempts, List<DeliveryMarker> givenUp) {

    /** Whether an end of this delivery was written down. */
    public boolean isEnd() {
      return ours && state != DeliveryState.PENDING;
    }
  }

  /** What became of the wish to send again. */
  public sealed interface Revival {}

  /** It is due now, with the whole schedule before it. */
  public record Due(Delivery delivery) implements Revival {}

  /** An attempt is being made right now. */
  public record Flying() implements Revival {}

  /** There is no such delivery. */
  public record Unknown() implements Revival {}

  /**
   * Writes down a delivery whose first attempt the caller makes now.
   *
   * @param writtenAt when the log got the completion, by the broker's clock, in milliseconds
   * @return empty when it was known already, so that somebody else has it, or was over long ago, or
   *     may be: then it is attempted, if at all, when the log has been read
   */
  public Optional<Delivery> take(
      Completion completion, long offset, long writtenAt, Duration lease) {
    return take(completion, offset, writtenAt, lease, true)
        ? Optional.of(begun(completion, offset))
        : Optional.empty();
  }

  /** Writes down a delivery whose first attempt is due after a delay, for anybody. */
  public void takeForLater(Completion completion, long offset, long writtenAt, Duration delay) {
    take(completion, offset, writtenAt, delay, false);
  }

  /** The delivery of a completion as it is before anything was written down. */
  public static Delivery begun(Completion completion, long offset) {
    return new Delivery(
        completion.jobId(),
        completion.owner(),
        completion.webhookUrl(),
        offset,
        bytes(completion),
        0,
        1);
  }

  /**
   * Leases up to {@code most} deliveries that are due.
   *
   * @param marked ends that the log has since the last claim
   */
  public DeliveryClaim claim(int most, Duration lease, Collection<DeliveryMarker> marked) {
    List<Object> arguments = new ArrayList<>();
    arguments.add(most);
    arguments.add(lease.toMillis());
    arguments.add(MARK_PATIENCE.toMillis());
    arguments.add(deliveredTtl);
    marked.forEach(each -> arguments.add(each.delivery().jobId() + ":" + each.attempts()));
    List<String> answer = scripts.run("claim", DeliveryKeys.DUE, arguments.toArray());
    if (answer.get(0).equals("emptied")) {
      return new Emptied();
    }
    int due = FIELDS_BEFORE + FIELDS_OF_AN_END * Integer.parseInt(answer.get(3));
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = due; i < answer.size(); i += FIELDS_OF_A_CLAIM) {
      deliveries.add(delivery(answer.subList(i, i + FIELDS_OF_A_CLAIM)));
    }
    return new Claimed(
        deliveries,
        Long.parseLong(answer.get(1)),
        Long.parseLong(answer.get(2)),
        ends(answer.subList(FIELDS_BEFORE, due)));
  }

  private static List<DeliveryMarker> ends(List<String> fields) {
    List<DeliveryMarker> all = new ArrayList<>();
    for (int i = 0; i < fields.size(); i += FIELDS_OF_AN_END) {
      DeliveryState state = DeliveryState.ofWireName(fields.get(i + FIELDS_OF_ONE_GIVEN_UP));
      all.add(marker(fields.subList(i, i + FIELDS_OF_ONE_GIVEN_UP), state));
    }
    return all;
  }

  /** Gives a lease back without an attempt. */
  public void postpone(Delivery delivery, Duration delay) {
    scripts.run("postpone", key(delivery), delivery.jobId(), delivery.token(), delay.toMillis());
  }

  /** Writes down an attempt and its verdict. */
  public RecordedAttempt record(Delivery delivery, Attempt attempt, Verdict verdict) {
    List<String> answer =
        scripts.run(
            "record",
            key(delivery),
            delivery.jobId(),
            delivery.token(),
            stateAfter(verdict).wireName(),
            verdict instanceof Verdict.Again again ? again.delay().toMillis() : 0,
            AttemptJson.write(attempt),
            ttl,
            maxPending,
            delivery.owner(),
            delivery.url(),
            delivery.offset(),
            delivery.bytes(),
            deliveredTtl);
    int attempts = Integer.parseInt(answer.get(1));
    return answer.get(0).equals("stale")
        ? new RecordedAttempt(false, stateAfter(verdict), attempts, List.of())
        : new RecordedAttempt(
            true,
            DeliveryState.ofWireName(answer.get(0)),
            attempts,
            givenUp(answer.subList(2, answer.size())));
  }

  private static List<DeliveryMarker> givenUp(List<String> fields) {
    List<DeliveryMarker> all = new ArrayList<>();
    for (int i = 0; i < fields.size(); i += FIELDS_OF_ONE_GIVEN_UP) {
      all.add(marker(fields.subList(i, i + FIELDS_OF_ONE_GIVEN_UP), DeliveryState.DEAD));
    }
    return all;
  }

  private static DeliveryMarker marker(List<String> fields, DeliveryState state) {
    String last = fields.get(FIELDS_OF_A_CLAIM + 1);
    return DeliveryMarker.of(
        delivery(fields.subList(0, FIELDS_OF_A_CLAIM)),
        state,
        Integer.parseInt(fields.get(FIELDS_OF_A_CLAIM)),
        last.isEmpty() ? null : AttemptJson.read(last));
  }

  /** Whether Redis takes a delivery now: one that is full answers, but does not. */
  public boolean takesWrites() {
    try {
      scripts.run("probe", DeliveryKeys.DUE);
      return true;
    } catch (DataAccessException e) {
      return false;
    }
  }

  /** Makes a delivery due now, with the whole schedule before it. */
  public Revival revive(UUID jobId) {
    List<String> answer = scripts.run("revive", DeliveryKeys.delivery(jobId), jobId, ttl);
    return switch (answer.get(0)) {
      case "due" -> new Due(delivery(answer.subList(1, answer.size())));
      case "flying" -> new Flying();
      default -> new Unknown();
    };
  }

  /** Whether a delivery that ended so would still be known at this time. */
  boolean isKept(DeliveryMarker end, long now) {
    return end.state() != DeliveryState.DELIVERED || end.endedAt() + deliveredTtl > now;
  }

  /**
   * Writes down again what the log knows of deliveries, where Redis knows less of them.
   *
   * @param markers a few hundred at most: it is one script
   * @return of how many it knew less
   */
  int restore(Collection<DeliveryMarker> markers) {
    List<Object> arguments = new ArrayList<>();
    arguments.add(ttl);
    arguments.add(deliveredTtl);
    for (DeliveryMarker marker : markers) {
      Delivery delivery = marker.delivery();
      arguments.add(delivery.jobId());
      arguments.add(delivery.owner());
      arguments.add(delivery.url());
      arguments.add(delivery.offset());
      arguments.add(delivery.bytes());
      arguments.add(marker.state().wireName());
      arguments.add(marker.attempts());
      arguments.add(marker.last() == null ? "" : AttemptJson.write(marker.last()));
      arguments.add(marker.endedAt());
    }
    return Integer.parseInt(scripts.run("restore", DeliveryKeys.DUE, arguments.toArray()).get(0));
  }

  /**
   * Whether it is this gateway that reads the log for a Redis that was emptied, or lacks its last
   * writes.
   *
   * @return from which record on; empty when it isn't
   */
  OptionalLong beginReading(Duration lease) {
    List<String> answer = scripts.run("read", DeliveryKeys.DUE, lease.toMillis());
    return answer.get(0).equals("yours")
        ? OptionalLong.of(Long.parseLong(answer.get(1)))
        : OptionalLong.empty();
  }

  /** Says that the log has been read; so far, unless it has no record. */
  void rebuilt(Optional<TakenUpTo> read) {
    scripts.run(
        "rebuilt",
        DeliveryKeys.DUE,
        read.<Object>map(TakenUpTo::offset).orElse(""),
        read.<Object>map(TakenUpTo::writtenAt).orElse(""));
  }

  /** Leaves the reading to whoever asks next. */
  void giveUpReading() {
    scripts.run("unread", DeliveryKeys.DUE);
  }

  /** Says how far the log has been taken, for good. */
  void noteTaken(TakenUpTo taken) {
    scripts.run("taken", DeliveryKeys.DUE, taken.offset(), taken.writtenAt());
  }

  private boolean take(
      Completion completion, long offset, long writtenAt, Duration delay, boolean leased) {
    List<String> answer =
        scripts.run(
            "take",
            DeliveryKeys.delivery(completion.jobId()),
            completion.jobId(),
            completion.owner(),
            completion.webhookUrl(),
            offset,
            bytes(completion),
            delay.toMillis(),
            leased ? 1 : 0,
            ttl,
            writtenAt);
    return answer.get(0).equals("taken");
  }

  private static Delivery delivery(List<String> fields) {
    return new Delivery(
        UUID.fromString(fields.get(0)),
        fields.get(2),
        fields.get(3),
        Long.parseLong(fields.get(4)),
        Integer.parseInt(fields.get(5)),
        Integer.parseInt(fields.get(6)),
        Long.parseLong(fields.get(1)));
  }

  /** Bytes of the body, or a little less: where it isn't ASCII. */
  private static int bytes(Completion completion) {
    return completion.body().length();
  }

  private static DeliveryState stateAfter(Verdict verdict) {
    if (verdict instanceof Verdict.Arrived) {
      return DeliveryState.DELIVERED;
    }
    return verdict instanceof Verdict.Again ? DeliveryState.PENDING : DeliveryState.DEAD;
  }

  private static String key(Delivery delivery) {
    return DeliveryKeys.delivery(delivery.jobId());
  }
}
