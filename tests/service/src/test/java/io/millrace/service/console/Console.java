package io.millrace.service.console;

import io.millrace.e2e.Await;
import io.millrace.service.Service;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/** The console as a person uses it. Every wait has a bound. Not thread-safe. */
final class Console {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ChromeDriver driver;
  private final Service service;

  Console(Browser browser, Service service) {
    this.driver = browser.driver();
    this.service = service;
  }

  /** Loads a view as in a new tab, with no key. */
  void openAnew(String view) {
    driver.get(service.url() + "/docs");
    driver.executeScript("sessionStorage.clear(); localStorage.clear();");
    open(view);
  }

  /** Loads a view as in a new tab in which the key has been given. */
  void openWithKey(String view) {
    driver.get(service.url() + "/docs");
    driver.executeScript("sessionStorage.clear(); localStorage.clear();");
    driver.executeScript("sessionStorage.setItem('millrace-api-key', arguments[0])", service.key());
    open(view);
  }

  /**
   * Opens the playground with a key, this program, and the switch on that runs it by POST /v1/jobs.
   */
  void openWide(String code) {
    openWithKey("/");
    driver.executeScript(
        "localStorage.setItem('millrace-draft', arguments[0]);"
            + " localStorage.setItem('millrace-wide', 'yes')",
        code);
    open("/");
  }

  /** Loads a view of this tab. */
  void open(String view) {
    driver.get(service.url() + view);
  }

  /** The editor, whose content is in a shadow root. */
  WebElement editor() {
    return await(By.cssSelector(".editor-host"))
        .getShadowRoot()
        .findElement(By.cssSelector(".cm-content"));
  }

  /** Replaces the program by this one line. */
  void write(String code) {
    editor().sendKeys(Keys.chord(Keys.CONTROL, "a"), code);
  }

  /** Writes a program, runs it and waits for the reply. */
  void run(String code) {
    write(code);
    press("run");
    awaitReply();
  }

  void press(String buttonId) {
    press(By.id(buttonId));
  }

  /** Clicks the first that there is, though the page may draw it anew at any time. */
  void press(By what) {
    Await.until(
        what + " takes a click",
        PATIENCE,
        () ->
            still(
                () -> {
                  await(what).click();
                  return true;
                }));
  }

  /** Returns when the last run has its reply. */
  void awaitReply() {
    Await.until(
        "the reply is shown",
        PATIENCE,
        () -> find(By.id("run")).isEnabled() && !all("#reply [data-name=status]").isEmpty());
  }

  /** The text of a part of the page, by its data-name. */
  String part(String name) {
    return Objects.requireNonNull(
        await(By.cssSelector("section:not([hidden]) [data-name=" + name + "]"))
            .getDomProperty("textContent"));
  }

  /** Returns when a part of the page says this. */
  void awaitPart(String name, String text) {
    Await.until(name + " says " + text, PATIENCE, () -> still(() -> part(name).contains(text)));
  }

  /** Returns when one of the elements says this. */
  void awaitText(String selector, String text) {
    Await.until(
        selector + " says " + text,
        PATIENCE,
        () -> still(() -> all(selector).stream().anyMatch(each -> each.getText().contains(text))));
  }

  List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  WebElement await(By what) {
    return Await.value(
        "there is " + what, PATIENCE, () -> driver.findElements(what).stream().findFirst());
  }

  WebElement find(By what) {
    return driver.findElement(what);
  }

  /** The answer of a script in the page. */
  Object ask(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Returns when a script in the page answers true. */
  void awaitTrue(String what, String script, Object... arguments) {
    Await.until(what, PATIENCE, () -> Boolean.TRUE.equals(ask(script, arguments)));
  }

  /** False when what was looked at has been drawn anew meanwhile. */
  private static boolean still(BooleanSupplier look) {
    try {
      return look.getAsBoolean();
    } catch (StaleElementReferenceException e) {
      return false;
    }
  }

  /** Presses a key wherever the focus is. */
  void type(CharSequence... keys) {
    try {
      driver.switchTo().activeElement().sendKeys(keys);
    } catch (StaleElementReferenceException e) {
      driver.switchTo().activeElement().sendKeys(keys);
    }
  }
}
