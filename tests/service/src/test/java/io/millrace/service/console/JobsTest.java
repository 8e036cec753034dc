package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.HookReceiver;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.history.Event.Hooked;
import io.millrace.e2e.history.History;
import io.millrace.service.SleepingJobs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

class JobsTest extends ConsoleTest {

  private static final String CHIPS = "#jobs-body tbody .chip";

  @BeforeEach
  void open() {
    browser().desktop("light");
  }

  @Test
  void theJobsOfTheKeyAreListedByState() {
    submit("print(1)", null);
    submit("raise ValueError('boom')", null);
    console().openWithKey("/#/jobs");
    console().awaitText(CHIPS, "succeeded");
    console().find(By.id("job-filter")).sendKeys("failed");
    Await.until(
        "only those that failed", Duration.ofSeconds(30), () -> states().equals(List.of("failed")));
    console().press(By.cssSelector("#jobs-body tbody a"));
    console().awaitPart("job-state", "failed");
    assertThat(console().part("sentence")).isEqualTo("ValueError: boom");
  }

  @Test
  void aJobThatRunsCanBeCancelledWhereItIsWatched() {
    try (SleepingJobs job = SleepingJobs.start(service(), 1)) {
      console().openWithKey("/#/jobs/" + job.firstId());
      console().awaitPart("state", "running");
      console().press(By.cssSelector("#job-body button.danger"));
      console().awaitPart("job-state", "cancelled");
      console().awaitPart("status", "400 Cancelled");
    }
  }

  @Test
  void aWebhookIsShownAndSentAgain(@TempDir Path folder) {
    try (History history = History.begin(folder.resolve("hooks"));
        HookReceiver receiver = HookReceiver.start(history)) {
      String job = submit("print(1)", receiver.url());
      awaitHooks(history, job, 1);
      console().openWithKey("/#/jobs/" + job);
      console().awaitPart("webhook-state", "delivered");
      console().awaitText("#job-body .actions button", "Send webhook again");
      console().press(By.cssSelector("#job-body .actions button"));
      awaitHooks(history, job, 2);
    }
  }

  @Test
  void aJobsProgramIsShownOpensInThePlaygroundAndRunsAgain() {
    String job = submit("print('<b>as sent</b>')", null);
    console().openWithKey("/#/jobs/" + job);
    console().awaitPart("program", "print('<b>as sent</b>')");
    console().press("open-program");
    Await.until(
        "it is in the editor",
        Duration.ofSeconds(30),
        () -> console().editor().getText().equals("print('<b>as sent</b>')"));
    console().open("/#/jobs/" + job);
    console().press("run-program");
    console().awaitReply();
    assertThat(console().part("stdout")).isEqualTo("<b>as sent</b>\n");
  }

  @Test
  void theListSaysWhyAndHowLongIsSearchedAndRefreshesItself() {
    submit("raise ValueError('boom')", null);
    console().openWithKey("/#/jobs");
    console().awaitText("#jobs-body tbody td", "exception");
    console().find(By.id("job-search")).sendKeys("listed-later", Keys.ENTER);
    console().awaitText("#jobs-body .empty", "No job of this key is like that");
    service().client().submit(new Program("listed-later", "print(1)", 30), null).join();
    console().awaitText(CHIPS, "succeeded");
    assertThat(console().all("#jobs-body tbody tr")).hasSize(1);
  }

  @Test
  void aJobThatIsNotThereIsSaidSo() {
    console().openWithKey("/#/jobs/00000000-0000-4000-8000-000000000000");
    console().awaitText("#job-body", "No such job");
  }

  private static String submit(String code, String webhookUrl) {
    Answer answer =
        service().client().submit(new Program("jobs-test", code, 30), webhookUrl).join();
    assertThat(answer).isInstanceOf(Answer.Told.class);
    return ((Answer.Told) answer).jobId();
  }

  private static List<String> states() {
    return console().all(CHIPS).stream().map(each -> each.getText()).distinct().toList();
  }

  private static void awaitHooks(History history, String job, int many) {
    Await.until(
        many + " deliveries of " + job,
        Duration.ofSeconds(30),
        () ->
            history.events().stream()
                    .filter(event -> event instanceof Hooked hooked && hooked.jobId().equals(job))
                    .count()
                >= many);
  }
}
