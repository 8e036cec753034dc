package io.millrace.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The page about the measurements. A run of some parts replaces what the page says of those and
 * leaves the rest, which is why each part tells its own machine and day.
 */
public final class Page {

  private static final String HEAD =
      """
      # Benchmarks

      Written by `./millrace bench`; `./millrace bench --help` says how to run a part, for how
      long, or against another endpoint. Read the ratios: the machine is shared and small, and
      each figure of the service stands beside bare `python3 -c` measured in the same minutes.
      `python3 -c` is spawned by the cheapest means there is, with its output thrown away; the
      service's figure is a whole HTTP request, with a queue, a sandbox and a durable record.

      """;

  private final Path file;

  /** The page in this file; plots go into {@code images} beside it. */
  public Page(Path file) {
    this.file = file;
  }

  /** Puts the sections into the page. */
  public void write(List<Section> sections, String machine) {
    try {
      String page = Files.exists(file) ? Files.readString(file) : HEAD;
      for (Section section : sections) {
        page = put(page, section, machine);
        for (Map.Entry<String, String> plot : section.plots().entrySet()) {
          Path image = file.toAbsolutePath().resolveSibling("images").resolve(plot.getKey());
          Files.createDirectories(image.getParent());
          Files.writeString(image, plot.getValue());
        }
      }
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, page);
    } catch (IOException e) {
      throw new UncheckedIOException("the page " + file + " can't be written", e);
    }
  }

  private static String put(String page, Section section, String machine) {
    String begin = "<!-- begin " + section.name() + " -->\n";
    String end = "<!-- end " + section.name() + " -->\n";
    StringBuilder text = new StringBuilder(begin);
    text.append("## ").append(section.title()).append("\n\n").append(section.markdown());
    section
        .plots()
        .keySet()
        .forEach(
            name ->
                text.append("\n![")
                    .append(section.title())
                    .append("](images/")
                    .append(name)
                    .append(")\n"));
    text.append("\nMeasured ").append(machine).append("\n").append(end);
    int from = page.indexOf(begin);
    int to = page.indexOf(end);
    return from < 0 || to < 0
        ? page + text + "\n"
        : page.substring(0, from) + text + page.substring(to + end.length());
  }
}
