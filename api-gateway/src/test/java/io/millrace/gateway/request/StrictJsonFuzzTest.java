package io.millrace.gateway.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.error.Checked;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Texts that a seeded generator spoils, against a second reading of RFC 8259 that has nothing in
 * common with the parser: it takes scalars, then empty and filled lists and objects, out of the
 * text until one value is left.
 */
class StrictJsonFuzzTest {

  private static final int ROUNDS = 5_000;
  private static final String SPITE = "{}[],:\"\\/+-.0eE1u\u0000\t\n nulltruefalse'#\u00e9";
  private static final List<String> CORPUS =
      List.of(
          "{\"code\":\"print(1)\",\"timeout\":10,\"id\":null}",
          "{\"a\":[1,-0.5e+3,[],{},true,false,null],\"b\":{\"c\":\"\\u00e9\\n\\\"\"}}",
          "[\"\",\"\\\\\",0,-0,1E400,\"\u00e9\"]",
          " \t\r\n\"text\" ",
          "{}");

  private static final Pattern SCALAR =
      Pattern.compile(
          "\"(?:[^\"\\\\\\x00-\\x1f]|\\\\(?:[\"\\\\/bfnrt]|u[0-9A-Fa-f]{4}))*+\""
              + "|(?<![\\w.+-])(?:-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
              + "|true|false|null)(?![\\w.+-])");
  private static final Pattern FILLED =
      Pattern.compile("\\[(?:[VS](?:,[VS])*+)?]|\\{(?:S:[VS](?:,S:[VS])*+)?}");

  @Test
  void whatIsTakenIsJsonAndWhatIsJsonIsTaken() {
    int taken = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      String text = spoilt(new Random(seed));
      Checked<JsonNode> read = StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
      boolean passed = read instanceof Checked.Passed;
      taken += passed ? 1 : 0;
      // Bounds and names that come twice are told apart from what is no JSON.
      boolean bound = !passed && read.toString().matches("(?s).*(twice|too large|too deeply).*");
      assertThat(passed || bound).as("seed %d: %s", seed, text).isEqualTo(isJson(text) || bound);
    }
    assertThat(taken).as("the generator makes good ones too").isGreaterThan(ROUNDS / 100);
  }

  private static boolean isJson(String text) {
    // A text that has the letters itself, outside a string, is none.
    String left =
        SCALAR
            .matcher(text)
            .replaceAll(found -> found.group().startsWith("\"") ? "\u0001" : "\u0002")
            .replaceAll("[ \\t\\r\\n]", "");
    if (left.matches("(?s).*[SV].*")) {
      return false;
    }
    left = left.replace('\u0001', 'S').replace('\u0002', 'V');
    for (String before = ""; !before.equals(left); ) {
      before = left;
      left = FILLED.matcher(left).replaceAll("V");
    }
    return left.equals("V") || left.equals("S");
  }

  private static String spoilt(Random random) {
    StringBuilder text = new StringBuilder(CORPUS.get(random.nextInt(CORPUS.size())));
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(text.length());
      char spite = SPITE.charAt(random.nextInt(SPITE.length()));
      switch (random.nextInt(3)) {
        case 0 -> text.insert(at, spite);
        case 1 -> text.deleteCharAt(at);
        default -> text.setCharAt(at, spite);
      }
      if (text.isEmpty()) {
        text.append(' ');
      }
    }
    return text.toString();
  }
}
