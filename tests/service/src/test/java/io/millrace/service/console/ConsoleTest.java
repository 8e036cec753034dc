package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.Service;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What holds after each test of the console: the browser had nothing to complain about, neither
 * scripts nor the pages' policy, and asked nobody but the service.
 */
@Tag("services")
@ExtendWith(ChromiumCondition.class)
abstract class ConsoleTest {

  private static Service service;
  private static Browser browser;
  private static Console console;

  @BeforeAll
  static void startBrowser() {
    service = Service.get();
    browser = Browser.start();
    console = new Console(browser, service);
  }

  @AfterAll
  static void stopBrowser() {
    browser.close();
  }

  @AfterEach
  void theBrowserIsContent() {
    assertThat(browser.complaints()).isEmpty();
    assertThat(
            console.ask(
                "return performance.getEntriesByType('resource').map(each => each.name)"
                    + ".filter(name => !name.startsWith(location.origin))"))
        .isEqualTo(List.of());
  }

  static Service service() {
    return service;
  }

  static Browser browser() {
    return browser;
  }

  static Console console() {
    return console;
  }
}
