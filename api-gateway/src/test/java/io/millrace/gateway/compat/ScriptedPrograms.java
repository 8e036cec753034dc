package io.millrace.gateway.compat;

import io.millrace.gateway.support.HandWorker;
import io.millrace.gateway.support.TestGateway;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.WorkerCard;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A worker whose programs are words, each of which ends in its own way; others print themselves.
 */
public final class ScriptedPrograms implements AutoCloseable {

  private static final String CARD =
      "{\"python\":\"3.11.2\",\"packages\":[\"numpy 1.24.2\",\"Jinja2 3.1.2\"]}";

  private final WorkerCard card = new WorkerCard("scripted", 1, "root", CARD, "host");
  private final AtomicReference<@Nullable Job> last = new AtomicReference<>();
  private final JobLeases leases;
  private final HandWorker worker;

  public ScriptedPrograms(TestGateway gateway) {
    this.leases = gateway.bean(JobLeases.class);
    this.worker = new HandWorker(gateway.context(), this::run);
  }

  /** Has the worker be heard now. */
  public void beat() {
    leases.beat(card, List.of());
  }

  /** The job that ran last, as it came. */
  public Job last() {
    return Objects.requireNonNull(last.get());
  }

  private Outcome run(Job job) {
    last.set(job);
    return switch (job.request().code()) {
      case "raises" ->
          new Outcome.Failed(
              new Output("before\n", "Traceback\nValueError: boom\n", false),
              "exception",
              "ValueError: boom",
              1);
      case "exits" -> new Outcome.Failed(Output.NONE, "exit", "Process exited with code 3", 3);
      case "crashes" ->
          new Outcome.Failed(Output.NONE, "signal", "Killed by signal 11 (SIGSEGV)", -11);
      case "hoards" ->
          new Outcome.Failed(
              Output.NONE, "memory_limit", "The program used more than 512 MiB of memory", -9);
      case "wants more" ->
          new Outcome.Failed(
              Output.NONE, "invalid_request", "memory_mb is 900, and the limit is 512", null);
      case "sleeps" -> new Outcome.TimedOut(new Output("before\n", "", false), 30);
      case "floods" -> new Outcome.Succeeded(new Output("x".repeat(1000), "", true), "null");
      case "complains" -> new Outcome.Succeeded(new Output("", "x".repeat(1000), true), "null");
      case "warns" -> new Outcome.Succeeded(new Output("done\n", "warning\n", false), "null");
      case "is lost" -> new Outcome.GivenUp("worker_lost", "Its workers vanished");
      default -> HandWorker.echo(job);
    };
  }

  @Override
  public void close() {
    worker.close();
    leases.signOff(card);
  }
}
