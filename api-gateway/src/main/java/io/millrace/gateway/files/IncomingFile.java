package io.millrace.gateway.files;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.core.io.buffer.DataBuffer;
import reactor.core.publisher.Flux;

/**
 * A file on its way in: what it is called, what it is said to be, and its bytes as they come, which
 * must be consumed or cancelled.
 */
record IncomingFile(String name, String mediaType, Flux<DataBuffer> content) {

  private static final int LONGEST_NAME = 255;

  /** Why it cannot be kept under this name; empty where it can. */
  Optional<String> flaw() {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    boolean good =
        bytes >= 1
            && bytes <= LONGEST_NAME
            && name.codePoints().noneMatch(IncomingFile::isNoCharacter);
    return good
        ? Optional.empty()
        : Optional.of(
            "A file needs a name of 1 to "
                + LONGEST_NAME
                + " bytes without control characters: send the part 'file' with a filename, or"
                + " the bytes alone with ?name=data.csv");
  }

  private static boolean isNoCharacter(int codePoint) {
    return Character.isISOControl(codePoint)
        || codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
