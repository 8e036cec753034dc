package io.millrace.e2e.drive;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.history.Event;
import io.millrace.e2e.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends programs and writes down what it was told. Thread-safe. */
public final class Driver {

  private final History history;
  private final List<Client> clients;
  private final HookReceiver hooks;

  public Driver(History history, List<Client> clients, HookReceiver hooks) {
    this.history = history;
    this.clients = clients;
    this.hooks = hooks;
  }

  /** Sends a whole load; completes with all answers when the last caller has its last one. */
  public CompletableFuture<List<Answer>> run(Load load) {
    ExecutorService callers =
        Executors.newFixedThreadPool(
            load.clients(),
            task -> {
              Thread thread = new Thread(task, "caller-" + load.name());
              thread.setDaemon(true);
              return thread;
            });
    AtomicInteger next = new AtomicInteger();
    List<CompletableFuture<List<Answer>>> each = new ArrayList<>();
    for (int i = 0; i < load.clients(); i++) {
      each.add(CompletableFuture.supplyAsync(() -> call(load, next), callers));
    }
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenApply(all -> each.stream().flatMap(caller -> caller.join().stream()).toList())
        .whenComplete((answers, failure) -> callers.shutdown());
  }

  private List<Answer> call(Load load, AtomicInteger next) {
    List<Answer> answers = new ArrayList<>();
    for (int i = next.getAndIncrement(); i < load.jobs(); i = next.getAndIncrement()) {
      answers.add(submit(load.program(i), load.mode(i), i).join());
      Await.pass(load.pause());
    }
    return answers;
  }

  /** Sends one program to the gateway of this number (counted round and round). */
  public CompletableFuture<Answer> submit(
      Program program, Mode mode, int gateway, String... headers) {
    String k = program.k();
    history.add(
        new Event.Invoked(
            System.currentTimeMillis(), k, program.timeoutSeconds(), mode == Mode.WEBHOOK));
    String[] all = new String[headers.length + (mode == Mode.ASYNC ? 2 : 0)];
    System.arraycopy(headers, 0, all, 0, headers.length);
    if (mode == Mode.ASYNC) {
      all[headers.length] = "Prefer";
      all[headers.length + 1] = "respond-async";
    }
    return clients
        .get(Math.floorMod(gateway, clients.size()))
        .submit(program, mode == Mode.WEBHOOK ? hooks.url() : null, all)
        .thenApply(answer -> record(k, answer));
  }

  private Answer record(String k, Answer answer) {
    long now = System.currentTimeMillis();
    if (answer instanceof Answer.Nothing nothing) {
      history.add(new Event.Unclear(now, k, nothing.why()));
      return answer;
    }
    Answer.Told told = (Answer.Told) answer;
    boolean ended = Replies.end(told.body(), "reply").isPresent();
    if (ended || told.status() == 202) {
      history.add(new Event.Accepted(now, k, told.jobId()));
      Replies.end(told.body(), "reply").ifPresent(history::add);
    } else if (told.status() < 500) {
      history.add(
          new Event.Refused(now, k, told.jobId().isEmpty() ? null : told.jobId(), told.status()));
    } else {
      history.add(new Event.Unclear(now, k, "status " + told.status()));
    }
    return answer;
  }
}
