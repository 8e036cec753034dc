package io.millrace.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;

class DisplayTest extends ConsoleTest {

  private static final String MADE =
      """
      import struct, zlib

      class Figure:
          def _repr_png_(self):
              def chunk(kind, data):
                  check = zlib.crc32(kind + data)
                  return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', check)
              head = chunk(b'IHDR', struct.pack('>IIBBBBB', 3, 2, 8, 2, 0, 0, 0))
              rows = chunk(b'IDAT', zlib.compress((bytes(1) + bytes([255, 0, 0]) * 3) * 2))
              return bytes([137, 80, 78, 71, 13, 10, 26, 10]) + head + rows + chunk(b'IEND', b'')

      class Table:
          def _repr_html_(self):
              return ('<table><tr><th></th><th>name</th></tr>'
                      '<tr><th>0</th><td>Ada &amp; Grace</td></tr></table>')

      display(Figure(), Table(), [{'n': 1}, {'n': 2}])
      open('made.txt', 'w').write('made here')

      def divide(a, b):
          return a / b  # fails

      divide(1, 0)
      """;

  private static final String HOSTILE =
      """
      m = '''<script>document.title='owned'</script><iframe src=/owned></iframe>\\
      <img src=/owned onerror="document.title='owned'">'''
      svg = '''<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='owned'">\\
      <image href="/owned"/></svg>'''

      class Html:
          def __init__(self, html):
              self.html = html
          def _repr_html_(self):
              return self.html

      class Svg:
          def _repr_svg_(self):
              return svg

      table = '<table onclick="owned()"><tr><td>cell ' + m + '</td></tr></table>'
      display(Html(table), Html(m), Svg(), [{m: m}])
      open('<img src=x onerror=alert(1)>.html', 'w').write(m)
      raise ValueError(m)
      """;

  private static final String FILE_ID =
      "return JSON.parse(document.querySelector('section:not([hidden]) [data-name=json]')"
          + ".textContent).files[0].file_id";

  /** Shows the file as a reply does that has not its bytes. */
  private static final String IN_STORE_ONLY =
      "const done = arguments[1];"
          + "import('/assets/js/made-files.js').then(made => {"
          + " const file = {path: 'made.txt', size: 9, file_id: arguments[0]};"
          + " document.getElementById('job-body').replaceChildren(made.filesView({files: [file]}));"
          + " done(); })";

  private static final String DELETE =
      "const done = arguments[1];"
          + "import('/assets/js/api.js')"
          + ".then(api => api.call('DELETE', '/v1/files/' + arguments[0]))"
          + ".then(answer => done(answer.status))";

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void whatAJobMadeIsShownInItsReplyAndOnItsPage(String theme, @TempDir Path downloads) {
    browser().desktop(theme);
    browser().saveDownloads(downloads);
    console().openWide(MADE);
    console().press("run");
    console().awaitReply();
    assertAllIsShown("#reply");
    assertDownloaded(downloads);

    console().press(By.cssSelector("#reply .facts a"));
    console().awaitPart("job-state", "failed");
    assertAllIsShown("#job-body");

    Object fileId = console().ask(FILE_ID);
    browser().driver().executeAsyncScript(IN_STORE_ONLY, fileId);
    assertDownloaded(downloads);
    assertThat(delete(fileId)).isEqualTo(204L);
  }

  @Test
  void theMarkupOfAJobRunsNothingAndLoadsNothing() {
    browser().desktop("light");
    console().openWide(HOSTILE);
    console().press("run");
    console().awaitReply();
    assertThat(texts("#reply [aria-label='Table 1'] td")).containsExactly("cell");
    assertThat(console().part("error-detail")).contains("<iframe src=/owned>");
    assertThat(console().part("files")).contains("<img src=x onerror=alert(1)>.html");
    assertThat(console().all("#reply :is(script, img, iframe, svg, object, embed, [onclick])"))
        .isEmpty();
    assertThat(console().ask("return document.title")).isEqualTo("Playground · Millrace");
    assertThat(
            console()
                .ask(
                    "return performance.getEntriesByType('resource').map(each => each.name)"
                        + ".filter(name => name.includes('owned'))"))
        .isEqualTo(List.of());
    assertThat(delete(console().ask(FILE_ID))).isEqualTo(204L);
  }

  private static void assertAllIsShown(String where) {
    console().await(By.cssSelector(where + " canvas[data-painted]"));
    assertThat(
            console()
                .ask(
                    "const figure = document.querySelector(arguments[0] + ' canvas');"
                        + "return [figure.width, figure.height,"
                        + " ...figure.getContext('2d').getImageData(2, 1, 1, 1).data].join(' ')",
                    where))
        .isEqualTo("3 2 255 0 0 255");
    assertThat(texts(where + " [aria-label='Table 2'] :is(th, td)"))
        .containsExactly("", "name", "0", "Ada & Grace");
    assertThat(texts(where + " [aria-label='Table 3'] :is(th, td)")).containsExactly("n", "1", "2");
    assertThat(texts(where + " [data-name=files] tbody td"))
        .containsExactly("made.txt", "9 bytes", "text/plain", "Download");
    assertThat(texts(where + " [data-name=error-detail] > p"))
        .singleElement()
        .asString()
        .startsWith("ZeroDivisionError: division by zero (line ");
    assertThat(texts(where + " .frames summary"))
        .hasSize(2)
        .last()
        .asString()
        .matches("divide, line \\d+: return a / b +# fails");
    assertThat(texts(where + " .frames li:last-child :is(dt, dd)"))
        .containsExactly("a", "1", "b", "0");
    assertThat(Accessibility.violations(browser().driver())).as(where).isEmpty();
  }

  private static void assertDownloaded(Path folder) {
    Path file = folder.resolve("made.txt");
    console().press(By.cssSelector("section:not([hidden]) [aria-label='Download made.txt']"));
    Await.until(
        "the file is downloaded",
        Duration.ofSeconds(30),
        () -> Files.exists(file) && Files.readString(file).equals("made here"));
    assertThat(file.toFile().delete()).isTrue();
  }

  private static Object delete(Object fileId) {
    return browser().driver().executeAsyncScript(DELETE, fileId);
  }

  private static List<String> texts(String selector) {
    return console().all(selector).stream().map(each -> each.getText()).toList();
  }
}
