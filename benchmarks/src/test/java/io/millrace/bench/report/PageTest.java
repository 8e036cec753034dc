package io.millrace.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {

  @TempDir Path folder;

  @Test
  void aPartMeasuredAgainReplacesOnlyItself() throws Exception {
    Page page = new Page(folder.resolve("benchmarks.md"));
    page.write(List.of(section("a", "first a"), section("b", "first b")), "then");
    page.write(List.of(section("a", "second a")), "now");
    String text = Files.readString(folder.resolve("benchmarks.md"));
    assertThat(text)
        .contains("# Benchmarks", "second a", "Measured now", "first b", "Measured then");
    assertThat(text).doesNotContain("first a");
    assertThat(text.indexOf("second a")).isLessThan(text.indexOf("first b"));
  }

  @Test
  void aPlotIsWellFormedAndLiesBesideThePage() throws Exception {
    String svg =
        new LinePlot("a < b & c", "callers", List.of("1", "4"))
            .line("measured", List.of(1.5, Double.NaN))
            .line("limit", List.of(2.0, 4.0))
            .svg();
    new Page(folder.resolve("benchmarks.md"))
        .write(List.of(new Section("a", "A", "text\n", Map.of("plot.svg", svg))), "now");
    byte[] written = Files.readAllBytes(folder.resolve("images/plot.svg"));
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(written));
    assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(3);
    assertThat(new String(written, StandardCharsets.UTF_8)).doesNotContain("NaN");
  }

  @Test
  void numbersKeepWhatSaysSomething() {
    assertThat(new Table("x").row(0.123).row(12.34).row(12345.6).row(Double.NaN).toString())
        .contains("| 0.12 |", "| 12.3 |", "| 12,346 |", "| – |");
  }

  @Test
  void theMachineIsDescribed() throws InterruptedException {
    assertThat(Machine.describe(Clock.systemUTC()))
        .contains("processors", "Python 3", " at /", "Java ");
  }

  private static Section section(String name, String text) {
    return new Section(name, name, text + "\n", Map.of());
  }
}
