package io.millrace.e2e.history;

import io.millrace.e2e.history.Event.Accepted;
import io.millrace.e2e.history.Event.Ended;
import io.millrace.e2e.history.Event.Faulted;
import io.millrace.e2e.history.Event.Hooked;
import io.millrace.e2e.history.Event.Invoked;
import io.millrace.e2e.history.Event.Refused;
import io.millrace.e2e.history.Event.Started;
import io.millrace.e2e.history.Event.Unclear;
import java.util.ArrayList;
import java.util.List;

/**
 * A history as an honest service makes it: ten jobs, one of them refused, one unanswered, two
 * started again because their worker died. A mutant is the same service with one thing wrong.
 */
class FakeService {

  static final long WORKER_DIES = 5_500;
  private static final long RESCUE = 4_000;

  private final List<Event> history = new ArrayList<>();

  List<Event> history() {
    history.add(new Faulted(WORKER_DIES, WORKER_DIES + 1, "kill -9 worker", false));
    for (int i = 0; i < 10; i++) {
      long at = i * 1_000;
      String k = "k" + i;
      history.add(new Invoked(at, k, 30, true));
      if (i == 3) {
        history.add(new Refused(at, k, job(i), 429));
      } else {
        if (i == 7) {
          unclear(at, k);
        } else {
          history.add(new Accepted(at, k, job(i)));
        }
        life(i, at);
      }
    }
    return history;
  }

  void unclear(long at, String k) {
    history.add(new Unclear(at, k, "reset"));
  }

  private void life(int i, long at) {
    start(i, at + 10, 1);
    boolean workerDies = i == 4 || i == 5;
    if (workerDies) {
      afterTheDeath(i);
    } else {
      end(i, at + 600, "a");
    }
  }

  void afterTheDeath(int i) {
    start(i, WORKER_DIES + RESCUE, 2);
    end(i, WORKER_DIES + RESCUE + 500, "a");
  }

  void start(int i, long at, int attempt) {
    history.add(new Started(at, job(i), attempt, "worker-1"));
  }

  void end(int i, long at, String digest) {
    history.add(new Ended(at, "k" + i, job(i), "succeeded", digest, "status"));
    history.add(new Hooked(at, job(i), "msg_" + i, digest));
  }

  void add(Event event) {
    history.add(event);
  }

  static String job(int i) {
    return "job-" + i;
  }
}
