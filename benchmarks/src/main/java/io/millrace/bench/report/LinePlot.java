package io.millrace.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Lines over a common axis, as an SVG that reads on a light and on a dark page. Positions on the
 * horizontal axis are evenly spaced, one for each label; the vertical axis begins at zero.
 */
public final class LinePlot {

  private static final int WIDTH = 720;
  private static final int HEIGHT = 340;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 44;
  private static final int BOTTOM = 52;
  private static final String STYLE =
      "text{font:13px system-ui,sans-serif;fill:#333}.g{stroke:#ccc}.l{fill:none;stroke-width:2.5}"
          + ".c0{stroke:#0b6e6e;fill:#0b6e6e}.c1{stroke:#b35c00;fill:#b35c00}"
          + ".c2{stroke:#7a7a7a;fill:#7a7a7a}.l{fill:none}"
          + "@media(prefers-color-scheme:dark){text{fill:#ddd}.g{stroke:#444}"
          + ".c0{stroke:#4cc9bd;fill:#4cc9bd}.c1{stroke:#f0b07a;fill:#f0b07a}"
          + ".c2{stroke:#a0a0a0;fill:#a0a0a0}.l{fill:none}}";

  private final String title;
  private final String across;
  private final List<String> labels;
  private final List<Line> lines = new ArrayList<>();

  private record Line(String name, List<Double> values) {}

  /** A plot whose horizontal axis has these labels. */
  public LinePlot(String title, String across, List<String> labels) {
    this.title = title;
    this.across = across;
    this.labels = labels;
  }

  /** Adds a line with a value for each label. */
  public LinePlot line(String name, List<Double> values) {
    lines.add(new Line(name, values));
    return this;
  }

  /** Adds a line with a value for each of the items. */
  public <T> LinePlot line(String name, List<T> items, ToDoubleFunction<T> value) {
    return line(name, items.stream().map(value::applyAsDouble).toList());
  }

  /** The picture. */
  public String svg() {
    double step = niceStep(lines.stream().flatMap(line -> line.values().stream()));
    double top = Math.max(step, Math.ceil(largest() / step) * step);
    StringBuilder svg = new StringBuilder();
    put(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">",
        WIDTH,
        HEIGHT);
    put(svg, "<title>%s</title><style>%s</style>", escape(title), STYLE);
    put(svg, "<text x=\"%d\" y=\"18\" font-weight=\"600\">%s</text>", LEFT, escape(title));
    for (double at = 0; at <= top + step / 2; at += step) {
      put(
          svg,
          "<line class=\"g\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
          LEFT,
          WIDTH - RIGHT,
          y(at, top),
          y(at, top));
      put(
          svg,
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 8,
          y(at, top) + 4,
          tick(at));
    }
    for (int i = 0; i < labels.size(); i++) {
      put(
          svg,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x(i),
          HEIGHT - BOTTOM + 20,
          escape(labels.get(i)));
    }
    put(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 10,
        escape(across));
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, i, top);
    }
    return svg.append("</svg>\n").toString();
  }

  private void draw(StringBuilder svg, int index, double top) {
    Line line = lines.get(index);
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < line.values().size(); i++) {
      double value = line.values().get(i);
      if (!Double.isNaN(value)) {
        put(points, "%.1f,%.1f ", x(i), y(value, top));
        put(
            svg,
            "<circle class=\"c%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
            index,
            x(i),
            y(value, top));
      }
    }
    put(svg, "<polyline class=\"c%d l\" points=\"%s\"/>", index, points.toString().strip());
    int legend = LEFT + 170 * index;
    put(svg, "<rect class=\"c%d\" x=\"%d\" y=\"26\" width=\"12\" height=\"3\"/>", index, legend);
    put(svg, "<text x=\"%d\" y=\"32\">%s</text>", legend + 18, escape(line.name()));
  }

  private double x(int index) {
    double span = WIDTH - LEFT - RIGHT;
    return labels.size() == 1
        ? LEFT + span / 2
        : LEFT + 20 + index * (span - 40) / (labels.size() - 1);
  }

  private static double y(double value, double top) {
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
  }

  private double largest() {
    return lines.stream()
        .flatMap(line -> line.values().stream())
        .mapToDouble(Double::doubleValue)
        .filter(value -> !Double.isNaN(value))
        .max()
        .orElse(1);
  }

  private static double niceStep(Stream<Double> values) {
    double most =
        values.filter(value -> !value.isNaN()).mapToDouble(Double::doubleValue).max().orElse(1);
    double raw = Math.max(most, 1e-6) / 4;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double first = raw / power;
    return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
  }

  private static String tick(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : Table.number(value);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static void put(StringBuilder to, String format, Object... values) {
    to.append(String.format(Locale.ROOT, format, values));
  }
}
