package io.millrace.packages;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.TreeSet;

/** What an environment was asked for by: the same question has the same key on every worker. */
public final class EnvironmentKey {

  /** Of how an environment is packed: another one makes other environments. */
  private static final String FORM = "1";

  private EnvironmentKey() {}

  /**
   * SHA-256 of the question, in lower-case hexadecimal.
   *
   * @param requirements each in its one spelling, {@link Requirement#text()}, in any order
   * @param python the interpreter as wheels are told apart by it: implementation, version, ABI and
   *     platform
   * @param index the address of the index that is asked
   */
  public static String of(Collection<String> requirements, String python, String index) {
    String question =
        String.join("\n", FORM, python, index, String.join("\n", new TreeSet<>(requirements)));
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(question.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
