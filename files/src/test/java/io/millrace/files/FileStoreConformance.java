package io.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store promises. */
abstract class FileStoreConformance {

  private static final String ANNA = "anna";
  private static final String BERT = "bert";
  private static final long PLENTY = 100_000_000;

  /** The store under test, empty. */
  abstract FileStore store();

  /** Returns when the clock that dates each use shows a later time, and tells it. */
  abstract Instant later();

  @Test
  void whatWasPutIsFoundWithAllThatIsKnownOfIt() throws Exception {
    byte[] bytes = "a,b\n1,2\n".getBytes(StandardCharsets.UTF_8);
    StoredFile put = put(ANNA, "data.csv", "text/csv", bytes);

    assertThat(put.name()).isEqualTo("data.csv");
    assertThat(put.size()).isEqualTo(8);
    assertThat(put.mediaType()).isEqualTo("text/csv");
    assertThat(put.sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    assertThat(store().find(ANNA, put.fileId()).orElseThrow())
        .usingRecursiveComparison()
        .ignoringFields("usedAt")
        .isEqualTo(put);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 65_537, 3_000_000})
  void theBytesComeBackAsTheyWere(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    StoredFile file = put(ANNA, "bytes", "application/octet-stream", bytes);

    assertThat(read(ANNA, file, 0, size)).isEqualTo(bytes);
  }

  @Test
  void aPartIsReadFromItsFirstByteToItsLast() throws IOException {
    StoredFile file = put(ANNA, "digits", "text/plain", "0123456789".getBytes());

    assertThat(new String(read(ANNA, file, 3, 4))).isEqualTo("3456");
    assertThat(new String(read(ANNA, file, 9, 1))).isEqualTo("9");
    assertThat(read(ANNA, file, 10, 0)).isEmpty();
  }

  @Test
  void aFileMayHaveTheLastByteThatIsAllowedButNoMore() throws IOException {
    assertThat(store().put(ANNA, "fits", "text/plain", stream("12345"), 5))
        .isInstanceOf(Upload.Stored.class);
    assertThat(store().put(ANNA, "does not", "text/plain", stream("123456"), 5))
        .isEqualTo(new Upload.TooLarge(5));
    assertThat(names(store().list(ANNA, null, 10))).containsExactly("fits");
  }

  @Test
  void anUploadThatIsCutLeavesNothing() {
    InputStream cut =
        new SequenceInputStream(
            stream("some bytes, then "),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("the caller left");
              }
            });

    assertThatThrownBy(() -> store().put(ANNA, "cut", "text/plain", cut, PLENTY))
        .isInstanceOf(IOException.class)
        .hasMessage("the caller left");
    assertThat(store().list(ANNA, null, 10).files()).isEmpty();
  }

  @Test
  void anOwnerSeesItsOwnFilesOnly() throws IOException {
    StoredFile annas = put(ANNA, "mine", "text/plain", "x".getBytes());

    assertThat(store().find(BERT, annas.fileId())).isEmpty();
    assertThat(store().read(BERT, annas.fileId(), 0, 1)).isEmpty();
    assertThat(store().delete(BERT, annas.fileId())).isFalse();
    assertThat(store().list(BERT, null, 10).files()).isEmpty();
    assertThat(store().find(ANNA, annas.fileId())).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "../x", "content", "a/b", "%2e%2e", "\0"})
  void whatIsNoIdIsNotFound(String text) throws IOException {
    put(ANNA, "there", "text/plain", "x".getBytes());

    assertThat(store().find(ANNA, text)).isEmpty();
    assertThat(store().delete(ANNA, text)).isFalse();
    store().renew(ANNA, text);
  }

  @Test
  void anyOwnerAndAnyNameWillDo() throws IOException {
    String owner = "../\u00e9\ud83d\ude00 {}:*";
    String name = "r\u00e9sum\u00e9 \ud83d\ude00 %41+ \"q\".txt";
    StoredFile file = put(owner, name, "text/plain; charset=utf-8", "x".getBytes());

    StoredFile found = store().find(owner, file.fileId()).orElseThrow();
    assertThat(found.name()).isEqualTo(name);
    assertThat(found.mediaType()).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void aDeletedFileIsGoneAtOnce() throws IOException {
    StoredFile file = put(ANNA, "gone", "text/plain", "x".getBytes());

    assertThat(store().delete(ANNA, file.fileId())).isTrue();
    assertThat(store().delete(ANNA, file.fileId())).isFalse();
    assertThat(store().find(ANNA, file.fileId())).isEmpty();
    assertThat(store().read(ANNA, file.fileId(), 0, 1)).isEmpty();
    store().renew(ANNA, file.fileId());
    assertThat(store().list(ANNA, null, 10).files()).isEmpty();
  }

  @Test
  void aListBeginsWithTheNewestAndGoesOnPageByPage() throws IOException {
    for (String name : List.of("first", "second", "third", "fourth", "fifth")) {
      put(ANNA, name, "text/plain", name.getBytes());
      later();
    }

    FileStore.Page first = store().list(ANNA, null, 2);
    FileStore.Page second = store().list(ANNA, first.next(), 2);
    FileStore.Page third = store().list(ANNA, second.next(), 2);
    assertThat(names(first)).containsExactly("fifth", "fourth");
    assertThat(names(second)).containsExactly("third", "second");
    assertThat(names(third)).containsExactly("first");
    assertThat(third.next()).isNull();
  }

  @Test
  void theSweepTakesWhatWasNotUsedAndNothingElse() throws IOException {
    StoredFile unused = put(ANNA, "unused", "text/plain", "x".getBytes());
    StoredFile needed = put(BERT, "needed", "text/plain", "x".getBytes());
    StoredFile renewed = put(ANNA, "renewed", "text/plain", "x".getBytes());
    Instant mark = later();
    store().renew(ANNA, renewed.fileId());
    StoredFile fresh = put(ANNA, "fresh", "text/plain", "x".getBytes());

    assertThat(store().sweep(mark, needed.fileId()::equals)).isEqualTo(1);
    assertThat(store().find(ANNA, unused.fileId())).isEmpty();
    assertThat(store().find(BERT, needed.fileId())).isPresent();
    assertThat(store().find(ANNA, renewed.fileId()).orElseThrow())
        .usingRecursiveComparison()
        .ignoringFields("usedAt")
        .isEqualTo(renewed);
    assertThat(store().find(ANNA, fresh.fileId())).isPresent();
  }

  @Test
  void whatAnOwnerHasIsSummedUp() throws IOException {
    assertThat(store().used(ANNA)).isZero();
    put(ANNA, "five", "text/plain", "12345".getBytes());
    StoredFile seven = put(ANNA, "seven", "text/plain", "1234567".getBytes());
    put(BERT, "other", "text/plain", "x".getBytes());

    assertThat(store().used(ANNA)).isEqualTo(12);
    store().delete(ANNA, seven.fileId());
    assertThat(store().used(ANNA)).isEqualTo(5);
  }

  @Test
  void manyAtOnceDoNotMeet() throws Exception {
    List<Thread> writers = new ArrayList<>();
    List<StoredFile> written = Collections.synchronizedList(new ArrayList<>());
    for (int number = 0; number < 8; number++) {
      byte[] bytes = ("bytes of " + number).repeat(10_000).getBytes();
      String name = "file " + number;
      Thread writer =
          new Thread(
              () -> {
                try {
                  written.add(put(ANNA, name, "text/plain", bytes));
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      writer.start();
      writers.add(writer);
    }
    for (Thread writer : writers) {
      writer.join();
    }

    assertThat(written).hasSize(8);
    for (StoredFile file : written) {
      String number = file.name().substring("file ".length());
      assertThat(new String(read(ANNA, file, 0, file.size())))
          .isEqualTo(("bytes of " + number).repeat(10_000));
    }
  }

  StoredFile put(String owner, String name, String mediaType, byte[] bytes) throws IOException {
    Upload upload = store().put(owner, name, mediaType, new ByteArrayInputStream(bytes), PLENTY);
    return ((Upload.Stored) upload).file();
  }

  private byte[] read(String owner, StoredFile file, long from, long length) throws IOException {
    try (InputStream content = store().read(owner, file.fileId(), from, length).orElseThrow()) {
      return content.readAllBytes();
    }
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> names(FileStore.Page page) {
    return page.files().stream().map(StoredFile::name).toList();
  }
}
