package io.millrace.files;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Names a file: 43 hexadecimal digits. The first 11 count the milliseconds from its making to the
 * end of time, so that in the order of names the newest file comes first; the other 32 are random,
 * so that nobody guesses a name.
 */
final class FileId {

  private static final long END_OF_TIME = 0xFFF_FFFF_FFFFL;
  private static final int TIME_DIGITS = 11;
  private static final int RANDOM_BYTES = 16;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{43}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private FileId() {}

  static String next(Instant now) {
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    return HexFormat.of().toHexDigits(END_OF_TIME - now.toEpochMilli(), TIME_DIGITS)
        + HexFormat.of().formatHex(random);
  }

  /** False for whatever {@link #next} cannot have made: no store looks for such a name. */
  static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  static Instant createdAt(String fileId) {
    return Instant.ofEpochMilli(
        END_OF_TIME - HexFormat.fromHexDigitsToLong(fileId, 0, TIME_DIGITS));
  }
}
