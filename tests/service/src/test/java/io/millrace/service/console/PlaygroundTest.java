package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.SleepingJobs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

class PlaygroundTest extends ConsoleTest {

  private static final String MARKUP =
      "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";

  @BeforeEach
  void open() {
    browser().desktop("light");
    console().openWithKey("/");
  }

  @Test
  void codeRunsAndItsResultOutputAndTimesAreShown() {
    console().run("import sys; print('hello'); print('hm', file=sys.stderr); return {'n': 6 * 7}");
    assertThat(console().part("status")).isEqualTo("200 OK");
    assertThat(console().part("result")).isEqualTo("{\"n\":42}");
    assertThat(console().part("stdout")).isEqualTo("hello\n");
    assertThat(console().part("stderr")).isEqualTo("hm\n");
    assertThat(console().find(By.cssSelector(".timing-bar")).getAttribute("aria-label"))
        .matches("Total .+: queued .+, ran .+, other .+\\.");
    assertThat(console().all(".timing-bar .queue, .timing-bar .run"))
        .hasSize(2)
        .allMatch(part -> part.getSize().getWidth() >= 2);
  }

  @Test
  void aFullQueueIsSaidWithWhenToTryAgain() {
    try (SleepingJobs full = SleepingJobs.fill(service())) {
      console().run("return 1");
      assertThat(console().part("status")).isEqualTo("429 Queue full");
      assertThat(console().part("sentence")).isEqualTo("MAX_QUEUE_LENGTH (4) reached");
      assertThat(console().find(By.id("reply")).getText()).containsPattern("Try again in \\d+ s");
    }
  }

  @Test
  void aTimeoutIsSaidWithTheOutputUpToThen() {
    console().ask("document.getElementById('timeout').value = '1'");
    console().run("print('so far', flush=True); import time; time.sleep(60)");
    assertThat(console().part("status")).isEqualTo("408 Timed out");
    assertThat(console().part("sentence")).isEqualTo("Execution timed out after 1 seconds");
    assertThat(console().part("stdout")).isEqualTo("so far\n");
  }

  @Test
  void whatAJobSaysIsTextAndNeverMarkup() {
    console()
        .run(
            "import sys; m = '''"
                + MARKUP
                + "'''; print(m); print(m, file=sys.stderr, flush=True); raise ValueError(m)");
    assertThat(console().part("stdout")).isEqualTo(MARKUP + "\n");
    assertThat(console().part("stderr")).contains(MARKUP);
    assertThat(console().part("sentence")).isEqualTo("ValueError: " + MARKUP);
    assertNothingOfItIsMarkup();
    console().press(By.cssSelector("#reply .facts a"));
    console().awaitPart("stdout", MARKUP);
    assertNothingOfItIsMarkup();
  }

  @Test
  void outputLooksAsInATerminal() {
    console().run("print('10%\\r100%'); print('\\x1b[31mred\\x1b[0m plain')");
    assertThat(console().part("stdout")).isEqualTo("100%\nred plain\n");
    assertThat(console().find(By.cssSelector("[data-name=stdout] .t-fg-1")).getText())
        .isEqualTo("red");
  }

  @Test
  void onlyWhatWasCutIsSaidToBeCutAndAfterHowMuch() {
    console().run("import sys; print('short', file=sys.stderr); print('x' * 3_000_000)");
    assertThat(console().all("#reply .tag"))
        .extracting(tag -> tag.getText())
        .containsExactly("cut at the limit, after 1 MiB");
  }

  @Test
  void runStaysOnTheScreenHoweverLongTheReply() {
    console().run("print('line\\n' * 2000)");
    assertThat(
            console()
                .ask(
                    "return document.getElementById('run').getBoundingClientRect().bottom"
                        + " <= innerHeight && scrollY === 0"))
        .isEqualTo(true);
  }

  @Test
  void theDraftOutlivesTheTab() {
    console().write("print('kept')");
    console().ask("sessionStorage.clear()");
    console().open("/");
    assertThat(console().editor().getText()).isEqualTo("print('kept')");
  }

  @Test
  void aCommandThatCannotBeCopiedLeavesTheReplyAlone() {
    console().run("return 'the reply'");
    console().ask("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))");
    console().press("copy-curl");
    console().awaitText("#command", "curl -sS");
    console().press("command-close");
    assertThat(console().part("result")).isEqualTo("\"the reply\"");
  }

  @Test
  void aRunThatWaitsTellsItsPlace() {
    try (SleepingJobs busy = SleepingJobs.occupy(service())) {
      console().write("return 1");
      console().press("run");
      console().awaitPart("place", "Place 1 in the queue");
      console().press("cancel");
      console().awaitReply();
    }
  }

  private static void assertNothingOfItIsMarkup() {
    assertThat(console().all("main img, main script")).isEmpty();
    assertThat(console().ask("return document.title")).asString().doesNotContain("owned");
  }

  @Test
  void outputShowsWhileTheJobRunsAndTheJobCanBeCancelled() {
    console().write("print('<b>step 1</b>', flush=True); import time; time.sleep(120)");
    console().press("run");
    console().awaitPart("stdout", "<b>step 1</b>\n");
    assertThat(console().part("state")).isEqualTo("running");
    console().press("cancel");
    console().awaitReply();
    assertThat(console().part("status")).isEqualTo("400 Cancelled");
    assertThat(console().part("stdout")).isEqualTo("<b>step 1</b>\n");
    assertThat(console().find(By.id("cancel")).isDisplayed()).isFalse();
  }

  @Test
  void aWrongKeyIsAskedForAgain() {
    console().ask("sessionStorage.setItem('millrace-api-key', 'wrong')");
    console().press("run");
    console().awaitText("#key-error", "The server doesn't accept this key.");
  }

  @Test
  void aWrongKeyIsToldWhereItIsTyped() {
    console().openAnew("/");
    console().press("key-button");
    console().find(By.id("key-input")).sendKeys("wrong", Keys.ENTER);
    console().awaitText("#key-error", "The server doesn't accept this key.");
    console().find(By.id("key-input")).sendKeys(service().key(), Keys.ENTER);
    console()
        .awaitTrue("the dialog is closed", "return !document.getElementById('key-dialog').open");
  }
}
