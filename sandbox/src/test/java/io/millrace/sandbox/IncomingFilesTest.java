package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a helper that was taken over may send in place of files. */
class IncomingFilesTest {

  private static final String JOB = "a-job";

  private final List<String> kept = new ArrayList<>();
  private final Deque<Frame> frames = new ArrayDeque<>();
  private final IncomingFiles files =
      new IncomingFiles(
          JOB,
          (path, size, content) ->
              kept.add(path + "=" + new String(content.readAllBytes(), StandardCharsets.UTF_8)),
          10);

  private static Frame begins(String path, long size) {
    String quoted = path.replace("\\", "\\\\").replace("\0", "\\u0000").replace("\n", "\\n");
    return Frame.of(
        Frame.FILE,
        "{\"job_id\":\"" + JOB + "\",\"path\":\"" + quoted + "\",\"size\":" + size + "}");
  }

  private static Frame bytes(String jobId, String text) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    return Frame.tagged(Frame.DATA, jobId, data, 0, data.length);
  }

  private static Frame ends(boolean whole) {
    return Frame.of(Frame.FILE_END, "{\"job_id\":\"" + JOB + "\",\"whole\":" + whole + "}");
  }

  private boolean receive(Frame file, Frame... following) throws IOException {
    frames.addAll(List.of(following));
    return files.receive(file, frames::removeFirst);
  }

  @Test
  void aFileIsItsPiecesInOrder() throws Exception {
    assertThat(receive(begins("d/a", 5), bytes(JOB, "he"), bytes(JOB, "llo"), ends(true))).isTrue();
    assertThat(receive(begins("empty", 0), ends(true))).isTrue();
    assertThat(kept).containsExactly("d/a=hello", "empty=");
  }

  @Test
  void whatIsTooLargeOrCameBeforeEndsTheHelper() throws Exception {
    assertThatThrownBy(() -> receive(begins("a", 11))).isInstanceOf(BrokenHelperException.class);
    assertThatThrownBy(() -> receive(begins("a", -1))).isInstanceOf(BrokenHelperException.class);
    receive(begins("a", 0), ends(true));
    assertThatThrownBy(() -> receive(begins("a", 0))).isInstanceOf(BrokenHelperException.class);
  }

  @Test
  void moreFilesThanAreKeptEndTheHelper() throws Exception {
    for (int i = 0; i < 64; i++) {
      receive(begins("f" + i, 0), ends(true));
    }
    assertThatThrownBy(() -> receive(begins("one more", 0)))
        .isInstanceOf(BrokenHelperException.class);
  }

  @Test
  void bytesOfAnotherJobAndMoreThanWereNamedEndTheHelper() {
    assertThatThrownBy(() -> receive(begins("a", 1), bytes("another", "x")))
        .isInstanceOf(BrokenHelperException.class);
    frames.clear();
    assertThatThrownBy(() -> receive(begins("b", 1), bytes(JOB, "xx")))
        .isInstanceOf(BrokenHelperException.class);
    assertThat(kept).isEmpty();
  }

  @Test
  void whatIsNotWholeIsNotKeptAndNobodysFailure() throws Exception {
    assertThat(receive(begins("cut", 5), bytes(JOB, "he"), ends(false))).isTrue();
    assertThat(receive(begins("short", 5), bytes(JOB, "he"), ends(true))).isTrue();
    assertThat(kept).isEmpty();
    assertThat(files.notKept()).isNull();
  }
}
