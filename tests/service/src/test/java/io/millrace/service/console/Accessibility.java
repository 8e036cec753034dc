package io.millrace.service.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.openqa.selenium.chrome.ChromeDriver;

/** What axe-core finds on a page: labels, roles, contrast, order of headings, focus. */
final class Accessibility {

  private static final String AXE = read();

  private static final String RUN =
      "const done = arguments[arguments.length - 1];"
          + "axe.run({resultTypes: ['violations'],"
          + " runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
          + ".then(found => done(found.violations.flatMap(rule => rule.nodes.map(node =>"
          + " rule.id + ': ' + node.target.flat().join(' ') + ': ' + node.failureSummary))),"
          + " failure => done(['axe failed: ' + failure]));";

  private Accessibility() {}

  /** A line for each violation on the page as it is now. */
  @SuppressWarnings("unchecked")
  static List<String> violations(ChromeDriver driver) {
    driver.executeScript(AXE);
    return (List<String>) Objects.requireNonNull(driver.executeAsyncScript(RUN));
  }

  private static String read() {
    try (InputStream script = Accessibility.class.getResourceAsStream("/axe.min.js")) {
      return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
