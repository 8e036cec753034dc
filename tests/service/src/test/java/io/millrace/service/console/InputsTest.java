package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

class InputsTest extends ConsoleTest {

  private static final String DROP =
      "const carried = new DataTransfer();"
          + "carried.items.add(new File([arguments[1]], arguments[0]));"
          + "document.querySelector('.editor-host').dispatchEvent(new DragEvent('drop',"
          + " {dataTransfer: carried, bubbles: true, cancelable: true, composed: true}))";

  @BeforeEach
  void open() {
    browser().desktop("light");
    console().openWithKey("/");
  }

  @Test
  void inputStdinAndFilesReachTheProgramAndAgainWhenItRunsAgain(@TempDir Path folder)
      throws IOException {
    console().press(By.cssSelector("#inputs summary"));
    console().find(By.id("input-json")).sendKeys("{\"n\": 12345678901234567890}");
    console().find(By.id("stdin")).sendKeys("a line");
    Path picked = Files.writeString(folder.resolve("picked.txt"), "picked");
    console().find(By.id("file-picker")).sendKeys(picked.toString());
    console().awaitText("#input-files", "picked.txt");
    console().ask(DROP, "dropped.txt", "dropped");
    console().awaitText("#input-files", "dropped.txt");
    assertThat(Accessibility.violations(browser().driver())).isEmpty();

    console()
        .run(
            "return [str(input_data['n']), input(), open('picked.txt').read(),"
                + " open('dropped.txt').read()]");
    assertThat(console().part("result"))
        .isEqualTo("[\"12345678901234567890\",\"a line\",\"picked\",\"dropped\"]");
    assertThat(console().part("json")).contains("\"endpoint\": \"/v1/jobs\"");

    String job = console().find(By.cssSelector("#reply .facts a")).getText();
    console().openWithKey("/#/jobs/" + job);
    console().press("run-program");
    console().awaitReply();
    assertThat(console().part("result")).contains("\"a line\",\"picked\",\"dropped\"");
  }

  @Test
  void aProgramAloneRunsByThePlainRouteUnlessTheSwitchSaysOtherwiseWhichIsKept() {
    console().run("return 1");
    assertThat(console().part("json")).contains("\"endpoint\": \"/v1/code/execute/python\"");
    console().press(By.cssSelector("#inputs summary"));
    console().press("wide");
    console().open("/");
    console().run("return 1");
    assertThat(console().part("json")).contains("\"endpoint\": \"/v1/jobs\"");
  }

  @Test
  void whatCannotBeSentIsSaidAndWhatTheServerRefusesToo() {
    console().ask(DROP, "large.bin", "x".repeat(3 << 20));
    console().awaitText("#inputs-note", "large.bin has 3 MiB");
    assertThat(console().all("#input-files li")).isEmpty();
    console().find(By.id("input-json")).sendKeys("{not JSON");
    console().press("run");
    assertThat(console().ask("return document.getElementById('input-json').validationMessage"))
        .asString()
        .startsWith("Input must be JSON");
    console().ask("document.getElementById('input-json').value = ''");
    console().find(By.id("dependencies")).sendKeys("pandas[excel,xml]>=2,<3, requests");
    console().run("return 1");
    assertThat(console().find(By.id("reply")).getText()).contains("dependencies_off");
  }
}
