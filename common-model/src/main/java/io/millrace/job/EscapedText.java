package io.millrace.job;

import java.io.StringWriter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/** How many bytes a text has as a string of JSON in UTF-8, told before it is written. */
final class EscapedText {

  private static final int[] ASCII = new int[128];

  static {
    JsonFactory json = new JsonFactory();
    for (char each = 0; each < ASCII.length; each++) {
      StringWriter written = new StringWriter();
      try (JsonGenerator generator = json.createGenerator(written)) {
        generator.writeString(String.valueOf(each));
      }
      ASCII[each] = written.toString().length() - 2;
    }
  }

  private EscapedText() {}

  /** Bytes between the quotes. */
  static long bytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      bytes += bytesAt(text, i);
    }
    return bytes;
  }

  /** The longest beginning that has at most so many bytes; never half a character. */
  static String cut(String text, long most) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      bytes += bytesAt(text, i);
      if (bytes > most) {
        boolean half = Character.isLowSurrogate(text.charAt(i)) && i > 0;
        return text.substring(0, half ? i - 1 : i);
      }
    }
    return text;
  }

  /** Bytes of a text as it is. */
  static long utf8Bytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      bytes += each < ASCII.length ? 1 : above(each);
    }
    return bytes;
  }

  private static int bytesAt(String text, int index) {
    char each = text.charAt(index);
    return each < ASCII.length ? ASCII[each] : above(each);
  }

  /** Each half of a pair has two of its four bytes. */
  private static int above(char each) {
    return each < 0x800 || Character.isSurrogate(each) ? 2 : 3;
  }
}
