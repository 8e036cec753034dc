package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

class KeyboardTest extends ConsoleTest {

  private static final int MOST_STEPS = 40;

  private static final String FOCUSED =
      "const e = document.activeElement; return e.id || e.className || e.textContent.trim()";

  /** Whether something is drawn around what has the focus. */
  private static final String VISIBLE =
      "const ring = e => { const s = getComputedStyle(e), a = getComputedStyle(e, '::after');"
          + " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2"
          + " || a.content !== 'none' && parseFloat(a.borderTopWidth) >= 2; };"
          + "const e = document.activeElement;"
          + "return ring(e) || e.classList.contains('editor-host') && ring(e.parentElement)";

  @BeforeEach
  void open() {
    browser().desktop("light");
    console().openAnew("/");
  }

  @Test
  void codeIsRunWithTheKeyboardAlone() {
    tabTo("run");
    console().type(Keys.ENTER);
    assertThat(focused()).isEqualTo("key-input");
    console().type(service().key(), Keys.ENTER);
    console().awaitTrue("the dialog is closed", "return !document.querySelector('dialog').open");
    assertThat(focused()).as("after the dialog").isEqualTo("run");

    backTo("editor-host");
    console().write("print('by hand')");
    console().editor().sendKeys(Keys.chord(Keys.CONTROL, Keys.ENTER));
    console().awaitReply();
    assertThat(console().part("stdout")).isEqualTo("by hand\n");
    assertThat(console().ask("return document.getElementById('announcer').textContent"))
        .isEqualTo("Reply 200: success");

    console().editor().sendKeys(Keys.ESCAPE, Keys.TAB);
    assertThat(focused()).as("behind the editor").isNotEqualTo("editor-host");
  }

  @Test
  void theFirstStepSkipsToTheContent() {
    console().type(Keys.TAB);
    assertThat(focused()).isEqualTo("skip");
  }

  @Test
  void everyStepIsVisibleAndInReadingOrder() {
    assertThat(tabTo("run"))
        .containsSubsequence(
            "skip",
            "brand",
            "Playground",
            "Queue",
            "Jobs",
            "API",
            "key-button",
            "theme-button",
            "example",
            "editor-host",
            "timeout",
            "copy-curl",
            "run");
  }

  private static List<String> tabTo(String id) {
    List<String> passed = new ArrayList<>();
    do {
      assertThat(passed).as("steps to " + id).hasSizeLessThan(MOST_STEPS);
      leaveTheEditor();
      console().type(Keys.TAB);
      passed.add(focused());
      assertThat(console().ask(VISIBLE)).as("the focus shows on " + focused()).isEqualTo(true);
    } while (!focused().equals(id));
    return passed;
  }

  private static void backTo(String id) {
    for (int step = 0; !focused().equals(id); step++) {
      assertThat(step).as("steps back to " + id).isLessThan(MOST_STEPS);
      console().type(Keys.chord(Keys.SHIFT, Keys.TAB));
    }
  }

  /** In the editor Tab indents, unless Escape was pressed before. */
  private static void leaveTheEditor() {
    if (focused().equals("editor-host")) {
      console().editor().sendKeys(Keys.ESCAPE);
    }
  }

  private static String focused() {
    return String.valueOf(console().ask(FOCUSED));
  }
}
