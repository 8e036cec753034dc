package io.millrace.e2e.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.history.Event.Ended;
import io.millrace.e2e.history.Event.Hooked;
import io.millrace.e2e.history.Event.SeenRunning;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckerTest {

  @Test
  void anHonestServiceIsClean() {
    Findings findings = check(new FakeService());

    assertThat(findings.violations()).isEmpty();
    assertThat(findings.invoked()).isEqualTo(10);
    assertThat(findings.accepted()).isEqualTo(8);
    assertThat(findings.refused()).isEqualTo(1);
    assertThat(findings.unclear()).isEqualTo(1);
    assertThat(findings.recovered()).isEqualTo(1);
    assertThat(findings.startedAgain()).isEqualTo(2);
  }

  @Test
  void aWorkerThatAcknowledgesBeforeItRunsLosesJobs() {
    FakeService mutant =
        new FakeService() {
          @Override
          void afterTheDeath(int i) {}
        };

    assertThat(check(mutant).violations())
        .anyMatch(each -> each.startsWith("lost: k4"))
        .anyMatch(each -> each.startsWith("lost: k5"));
  }

  @Test
  void aStoreThatNeverDedupesShowsTwoResults() {
    FakeService mutant =
        new FakeService() {
          @Override
          void afterTheDeath(int i) {
            super.afterTheDeath(i);
            end(i, WORKER_DIES + 9_000, "b");
          }
        };

    assertThat(check(mutant).violations()).anyMatch(each -> each.startsWith("two results of k4"));
  }

  @Test
  void aDriverThatForgetsUnansweredRequestsMeetsUnexpectedResults() {
    List<Event> honest = new FakeService().history();
    List<Event> forgetful =
        honest.stream()
            .filter(each -> !(each instanceof Event.Invoked invoked && invoked.k().equals("k7")))
            .filter(each -> !(each instanceof Event.Unclear))
            .toList();

    assertThat(Checker.check(forgetful).violations())
        .anyMatch(each -> each.startsWith("unexpected: job-7 ended"));
  }

  @Test
  void aQueueThatDeliversTwiceIsCaughtWhenNoFaultExplainsIt() {
    FakeService mutant = new FakeService();
    mutant.start(0, 15, 2);

    assertThat(check(mutant).violations())
        .anyMatch(each -> each.startsWith("started again without a fault"));
  }

  @Test
  void aRefusedJobThatStartsIsCaught() {
    FakeService mutant = new FakeService();
    mutant.start(3, 3_500, 1);

    assertThat(check(mutant).violations())
        .containsExactly("unexpected: k3 was refused and was started");
  }

  @Test
  void aRefusedJobThatEndsIsCaught() {
    FakeService mutant = new FakeService();
    mutant.end(3, 3_500, "a");

    assertThat(check(mutant).violations()).contains("unexpected: k3 was refused and has a result");
  }

  @Test
  void aStartOfNobodysJobIsCaught() {
    FakeService mutant = new FakeService();
    mutant.start(99, 100, 1);

    assertThat(check(mutant).violations())
        .containsExactly("unexpected: job-99 was started and is nobody's");
  }

  @Test
  void anAnswerToAnotherCallersQuestionIsCaught() {
    FakeService mutant = new FakeService();
    mutant.add(new Ended(9_000, "k1", FakeService.job(0), "succeeded", "a", "reply"));

    assertThat(check(mutant).violations())
        .anyMatch(each -> each.startsWith("foreign: job-0 of k0"));
  }

  @Test
  void aMissingWebhookIsCaught() {
    FakeService mutant =
        new FakeService() {
          @Override
          void end(int i, long at, String digest) {
            add(new Ended(at, "k" + i, job(i), "succeeded", digest, "status"));
          }
        };

    assertThat(check(mutant).violations()).contains("no webhook for k0");
  }

  @Test
  void aWebhookThatChangesBetweenAttemptsIsCaught() {
    FakeService otherBody = new FakeService();
    otherBody.add(new Hooked(9_900, FakeService.job(0), "msg_0", "b"));
    FakeService otherId = new FakeService();
    otherId.add(new Hooked(9_900, FakeService.job(0), "msg_x", "a"));

    assertThat(check(otherBody).violations()).anyMatch(each -> each.startsWith("webhooks of k0"));
    assertThat(check(otherId).violations()).anyMatch(each -> each.startsWith("webhooks of k0"));
  }

  @Test
  void aJobThatRunsPastItsTimeIsCaught() {
    FakeService mutant = new FakeService();
    mutant.add(new SeenRunning(10 + 30_000 + 10_001, FakeService.job(0)));
    FakeService inTime = new FakeService();
    inTime.add(new SeenRunning(10 + 30_000 + 9_999, FakeService.job(0)));

    assertThat(check(mutant).violations()).anyMatch(each -> each.startsWith("overdue: k0"));
    assertThat(check(inTime).violations()).isEmpty();
  }

  private static Findings check(FakeService service) {
    return Checker.check(service.history());
  }
}
