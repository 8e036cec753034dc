package io.millrace.worker.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.worker.output.TextSoFar.Piece;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextSoFarTest {

  private final TextSoFar text = new TextSoFar();

  @Test
  void aCharacterThatCameInPartWaitsForItsRest() {
    byte[] euro = "€".getBytes(UTF_8);
    text.add(new byte[] {'a', euro[0], euro[1]});
    assertThat(text.next(100)).isEqualTo(new Piece(0, "a"));
    text.add(new byte[] {euro[2], 'b'});
    assertThat(text.next(100)).isEqualTo(new Piece(0, "a€b"));
  }

  @Test
  void whatHasArrivedIsNotSentAgainAndWhatHasNotIs() {
    text.add("one ".getBytes(UTF_8));
    Piece first = text.next(100);
    text.add("two".getBytes(UTF_8));
    text.sent(first);
    assertThat(text.next(100)).isEqualTo(new Piece(4, "two"));
    assertThat(text.next(100)).isEqualTo(new Piece(4, "two"));
  }

  @Test
  void aPieceNeverCutsACharacterOfTwoUnits() {
    text.add("ab😀".getBytes(UTF_8));
    assertThat(text.next(3)).isEqualTo(new Piece(0, "ab"));
  }

  @Test
  void howeverTheBytesAreCutTheTextIsThatOfTheReply() {
    Random random = new Random(7);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      byte[] ended =
          (new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1) + "x")
              .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      TextSoFar cut = new TextSoFar();
      for (int at = 0; at < ended.length; ) {
        int length = Math.min(1 + random.nextInt(5), ended.length - at);
        cut.add(java.util.Arrays.copyOfRange(ended, at, at + length));
        at += length;
      }
      assertThat(cut.next(1000).text()).isEqualTo(new String(ended, UTF_8));
    }
  }
}
