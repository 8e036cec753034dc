package io.millrace.gateway.mcp;

import java.text.NumberFormat;
import java.util.Locale;

/**
 * A text's head and tail, where the whole is too long for a model.
 *
 * @param text what is kept, with a line in its middle that says how much is not
 * @param leftOut characters that are not in it
 */
record Excerpt(String text, int leftOut) {

  /** The text, or as much of it as {@code most} bytes of UTF-8 hold, without that line. */
  static Excerpt of(String whole, int most) {
    if (bytes(whole) <= most) {
      return new Excerpt(whole, 0);
    }
    int head = 0;
    for (int room = most - most / 2; (room -= size(whole.codePointAt(head))) >= 0; ) {
      head += Character.charCount(whole.codePointAt(head));
    }
    int tail = whole.length();
    for (int room = most / 2; (room -= size(whole.codePointBefore(tail))) >= 0; ) {
      tail -= Character.charCount(whole.codePointBefore(tail));
    }
    String note =
        String.format(
            Locale.ROOT,
            "%n[... %s of %s characters are left out here ...]%n",
            grouped(tail - head),
            grouped(whole.length()));
    return new Excerpt(whole.substring(0, head) + note + whole.substring(tail), tail - head);
  }

  /** Bytes of the text in UTF-8. */
  static int bytes(String text) {
    return text.codePoints().map(Excerpt::size).sum();
  }

  private static int size(int codePoint) {
    return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }

  private static String grouped(int number) {
    return NumberFormat.getIntegerInstance(Locale.ROOT).format(number);
  }
}
