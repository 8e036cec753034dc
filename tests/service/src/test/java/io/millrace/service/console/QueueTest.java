package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.SleepingJobs;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

class QueueTest extends ConsoleTest {

  private static final String CHART = "#queue-charts section[aria-label=Jobs] [role=img]";

  @Test
  void theQueueIsShownAsItIsNow() {
    browser().desktop("light");
    console().openWithKey("/#/queue");
    console().awaitText("#queue-tiles", "Workers\n1");
    try (SleepingJobs full = SleepingJobs.fill(service())) {
      console().awaitText("#queue-tiles", "Waiting\n4 of 4");
      console().awaitText("#queue-tiles", "Running\n2 on 2 slots");
      assertThat(console().find(By.cssSelector(CHART)).getAttribute("aria-label"))
          .isEqualTo("Jobs: waiting 4, running 2");
    }
    console().awaitText("#queue-tiles", "Waiting\n0 of 4");
    assertThat(console().all("#queue-charts canvas")).hasSize(4);
    assertThat(console().all("#queue-charts .u-legend .u-label"))
        .extracting(label -> label.getText())
        .containsSubsequence("waiting", "running");
  }
}
