package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;

class LookTest extends ConsoleTest {

  /** A view, and what is there when it has been filled. */
  private record View(String path, String filled) {}

  private static final List<View> VIEWS =
      List.of(
          new View("/#/queue", "#queue-charts canvas"),
          new View("/#/jobs", "#jobs-body tbody tr"),
          new View("/#/batches", "#batch-body p"),
          new View("/docs", "#docs table"));

  @ParameterizedTest
  @CsvSource({"light,desktop", "dark,phone", "dark,desktop", "light,phone"})
  void everyViewCanBeReadByAllAndFitsTheScreen(String theme, String device) {
    look(theme, device);
    console().openWithKey("/#/playground");
    console().run("print('hi'); raise ValueError('boom')");
    assertGood("the playground", "#reply [data-name=stderr]");
    for (View view : VIEWS) {
      console().open(view.path());
      assertGood(view.path(), view.filled());
    }
    console().open("/#/jobs");
    console().press(By.cssSelector("#jobs-body tbody a"));
    assertGood("a job", "#job-body [data-name=stderr]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void theDialogForTheKeyCanBeReadByAll(String theme) {
    browser().phone(theme);
    console().openAnew("/");
    console().press("key-button");
    assertGood("the dialog", "dialog[open] #key-input");
  }

  @ParameterizedTest
  @CsvSource({"light,dark", "dark,light"})
  void aChosenThemeWinsOverTheSystemsAndIsKept(String system, String chosen) {
    browser().desktop(system);
    console().openAnew("/");
    String before = background();
    while (!theme().equals(chosen)) {
      console().press("theme-button");
    }
    String after = background();
    assertThat(after).isNotEqualTo(before);
    console().open("/docs");
    assertThat(background()).isEqualTo(after);
  }

  private static void look(String theme, String device) {
    if (device.equals("phone")) {
      browser().phone(theme);
    } else {
      browser().desktop(theme);
    }
  }

  private static void assertGood(String view, String filled) {
    console().await(By.cssSelector(filled));
    assertThat(Accessibility.violations(browser().driver())).as(view).isEmpty();
    assertThat(
            console()
                .ask(
                    "return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        .as("how much wider than the screen: " + view)
        .isEqualTo(0L);
  }

  private static String background() {
    return String.valueOf(console().ask("return getComputedStyle(document.body).backgroundColor"));
  }

  private static String theme() {
    return String.valueOf(console().ask("return document.documentElement.dataset.theme ?? ''"));
  }
}
