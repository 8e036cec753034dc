package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.drive.Batches;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

class BatchTest extends ConsoleTest {

  private static final String STATES = "#batch-results tbody .chip";

  @Test
  void aBatchShowsHowFarItIsAndItsFailuresFirst() {
    Batches caller = new Batches(service().url(), service().key());
    String code = "if input_data == 1:\n    raise ValueError('boom')\nreturn input_data * 2";
    String id = Batches.id(caller.send(code, 3, ""));
    browser().desktop("light");
    console().openWithKey("/#/batches");
    console().find(By.id("batch-id")).sendKeys(id);
    console().press(By.cssSelector("#batch-form button"));
    console().awaitPart("batch-state", "done");
    console().awaitPart("batch-progress", "3 of 3 jobs have ended");
    console().awaitText(STATES, "failed");
    assertThat(console().all(STATES))
        .extracting(chip -> chip.getText())
        .containsExactly("failed", "succeeded", "succeeded");
    console().awaitText("#batch-results tbody", "ValueError: boom");
    console().press(By.cssSelector("#batch-body .actions button"));
    console().awaitPart("batch-state", "done");
    console().awaitText("#batch-results tbody", "ValueError: boom");
  }
}
