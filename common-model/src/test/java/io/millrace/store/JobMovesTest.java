package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.job.JobState;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.store.JobLeases.GiveBack;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link JobState#canBecome} against what the scripts do: each state, and each way out of it. */
@Tag("services")
class JobMovesTest {

  private final Store store = Store.fresh();

  private record Move(String name, JobState to, Attempt by) {
    @Override
    public String toString() {
      return name;
    }
  }

  private interface Attempt {
    void by(Store store, Lease lease);
  }

  private static final List<Move> MOVES =
      List.of(
          new Move("claim", JobState.RUNNING, (s, l) -> s.leases.claim(l.job(), Store.at(2), "w")),
          new Move("refuse", JobState.REFUSED, (s, l) -> s.gate.refuse(l.job().jobId())),
          new Move(
              "prepare",
              JobState.PREPARING,
              (s, l) -> s.leases.claim(l.job(), Store.at(2), "w", true, "key")),
          new Move(
              "give back",
              JobState.QUEUED,
              (s, l) -> s.leases.giveBack(l.job().jobId(), l.attempt(), GiveBack.RELEASED)),
          new Move(
              "cancel",
              JobState.CANCELLED,
              (s, l) -> s.ends.cancel(l.job().jobId(), "owner", Store.cancelled(l.job()))),
          new Move(
              "expire",
              JobState.EXPIRED,
              (s, l) ->
                  s.ends.expire(l.job().jobId(), Store.reply(l.job(), new Outcome.Expired(5)))),
          finish("succeed", Store.success()),
          finish("fail", new Outcome.Failed(Output.NONE, "exit", "Process exited with code 1", 1)),
          finish("time out", new Outcome.TimedOut(Output.NONE, 30)),
          new Move(
              "give up",
              JobState.FAILED,
              (s, l) ->
                  s.leases.exhaust(
                      l.job().jobId(),
                      l.attempt(),
                      Store.reply(l.job(), new Outcome.GivenUp("internal", "sorry")))));

  private static Move finish(String name, Outcome outcome) {
    return new Move(
        name,
        outcome.state(),
        (s, l) -> s.leases.finish(l, Store.reply(l.job(), outcome), Duration.ZERO));
  }

  static Stream<Arguments> everyMoveFromEveryState() {
    return Arrays.stream(JobState.values())
        .flatMap(from -> MOVES.stream().map(move -> Arguments.of(from, move)))
        // One whose packages are there is put back by their builder, not by whoever runs it.
        .filter(each -> !List.of(each.get()).toString().equals("[PREPARING, give back]"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("everyMoveFromEveryState")
  void theScriptsAllowWhatTheStatesAllow(JobState from, Move move) {
    Lease lease = bring(from);
    Optional<String> replyBefore =
        store.archive.find(lease.job().jobId()).map(JobStatus::replyText);

    move.by().by(store, lease);

    JobState after = JobState.ofWireName(store.state(lease.job().jobId()));
    assertThat(after).isEqualTo(from.canBecome(move.to()) ? move.to() : from);
    if (from.isTerminal()) {
      assertThat(store.archive.find(lease.job().jobId()).map(JobStatus::replyText))
          .isEqualTo(replyBefore);
    }
  }

  /** A job in that state, with a lease on the attempt that it is or was on. */
  private Lease bring(JobState state) {
    Job job = store.accepted("owner");
    Lease none = new Lease(job, 0, 0, Store.at(1));
    switch (state) {
      case QUEUED -> {
        return none;
      }
      case PREPARING -> {
        store.leases.claim(job, Store.at(1), "w", true, "key");
        return none;
      }
      case REFUSED -> {
        store.gate.refuse(job.jobId());
        return none;
      }
      case EXPIRED -> {
        store.ends.expire(job.jobId(), Store.reply(job, new Outcome.Expired(5)));
        return none;
      }
      default -> {
        Lease lease = store.granted(job, "worker-1");
        MOVES.stream()
            .filter(move -> move.to() == state && state.isTerminal())
            .findFirst()
            .ifPresent(move -> move.by().by(store, lease));
        assertThat(store.state(job.jobId())).isEqualTo(state.wireName());
        return another(lease, state);
      }
    }
  }

  /** Another result than the recorded one: the same attempt may repeat itself, no more. */
  private static Lease another(Lease lease, JobState state) {
    return state == JobState.RUNNING
        ? lease
        : new Lease(lease.job(), lease.attempt() + 1, lease.startedAt(), lease.record());
  }
}
