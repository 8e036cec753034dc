package io.millrace.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A table in Markdown; numbers keep three digits that say something. */
public final class Table {

  private final List<String> lines = new ArrayList<>();

  /** A table with these headings. */
  public Table(String... headings) {
    row((Object[]) headings);
    lines.add("|" + " --- |".repeat(headings.length));
  }

  /** Adds a row. */
  public Table row(Object... cells) {
    lines.add("| " + String.join(" | ", Arrays.stream(cells).map(Table::text).toList()) + " |");
    return this;
  }

  /** A number as it is shown everywhere on the page. */
  public static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }

  private static String text(Object cell) {
    return cell instanceof Double number ? number(number) : String.valueOf(cell);
  }

  @Override
  public String toString() {
    return String.join("\n", lines) + "\n";
  }
}
