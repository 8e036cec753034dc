package io.millrace.bench;

/** Reads figures in the text format of Prometheus. */
final class Prometheus {

  private Prometheus() {}

  /**
   * The sum of all samples of that name; NaN where there is none.
   *
   * @param label such as {@code area="heap"}, or empty for all
   */
  static double sum(String text, String name, String label) {
    double[] values =
        text.lines()
            .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
            .filter(line -> line.contains(label))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .toArray();
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return values.length == 0 ? Double.NaN : sum;
  }
}
