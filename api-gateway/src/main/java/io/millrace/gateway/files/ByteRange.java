package io.millrace.gateway.files;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRange;

/**
 * The bytes of a file that a request asks for (RFC 9110, section 14): one range, or all of it. What
 * cannot be read as one range asks for all, as the standard lets us choose.
 *
 * @param from the first byte, counted from 0
 * @param length how many bytes
 * @param partial whether it was asked for as a range
 */
record ByteRange(long from, long length, boolean partial) {

  /** Empty where the range begins behind the file's end. */
  static Optional<ByteRange> of(HttpHeaders head, long size, String etag) {
    Optional<HttpRange> asked = asked(head.getFirst(HttpHeaders.RANGE));
    String condition = head.getFirst(HttpHeaders.IF_RANGE);
    if (asked.isEmpty() || condition != null && !condition.equals(etag)) {
      return Optional.of(new ByteRange(0, size, false));
    }
    try {
      long from = asked.get().getRangeStart(size);
      long length = asked.get().getRangeEnd(size) - from + 1;
      return from < size && length > 0
          ? Optional.of(new ByteRange(from, length, true))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<HttpRange> asked(@Nullable String header) {
    try {
      List<HttpRange> ranges = HttpRange.parseRanges(header);
      return ranges.size() == 1 ? Optional.of(ranges.get(0)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
