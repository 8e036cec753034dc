package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.files.FileStore;
import io.millrace.files.FolderStore;
import io.millrace.files.StoredFile;
import io.millrace.files.Upload;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import io.millrace.job.WideInputs.GivenFile;
import io.millrace.standalone.testing.Eventually;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** Files between the store and jobs, on a whole worker with a folder. */
@Tag("services")
class KeptFilesTest {

  private static final String OWNER = "tester";
  private static final long PLENTY = 1 << 30;

  @TempDir private static Path folder;
  private static FileStore store;
  private static ConfigurableApplicationContext worker;
  private static TestCaller caller;

  @BeforeAll
  static void start() {
    store = new FolderStore(folder, Clock.systemUTC());
    worker = WorkerTest.start("--millrace.files.store=dir:" + folder);
    caller = new TestCaller(worker);
  }

  @AfterAll
  static void stop() throws Exception {
    caller.close();
    worker.close();
    store.close();
  }

  @Test
  void aKeptFileGoesInAndWhatIsMadeIsKept() throws Exception {
    byte[] bytes = new byte[5_000_000];
    new Random(23).nextBytes(bytes);
    String code =
        """
        import os
        os.makedirs("out")
        os.rename("in/data.bin", "out/moved.bin")
        open("out/small\\n.txt", "w").write("hello")
        return os.path.getsize("empty")
        """;

    JsonNode reply = run(code, in("in/data.bin", keep(bytes)), in("empty", keep(new byte[0])));

    assertThat(reply.path("code").asInt()).as(reply.toString()).isEqualTo(200);
    assertThat(reply.path("response").path("result").asInt()).isZero();
    JsonNode files = reply.path("response").path("files");
    assertThat(files.size()).isEqualTo(2);
    JsonNode moved = files.path(0);
    assertThat(moved.propertyNames())
        .containsExactly("path", "size", "sha256", "media_type", "file_id");
    StoredFile kept = found(moved);
    assertThat(kept.name()).isEqualTo("moved.bin");
    assertThat(kept.sha256()).isEqualTo(moved.path("sha256").asString());
    assertThat(read(kept)).isEqualTo(bytes);
    JsonNode small = files.path(1);
    assertThat(small.path("content").asString()).isEqualTo("hello");
    assertThat(small.path("path").asString()).isEqualTo("out/small\n.txt");
    assertThat(found(small).name()).isEqualTo("small_.txt");
    assertThat(found(small).mediaType()).isEqualTo("text/plain");
    assertThat(read(found(small))).asString().isEqualTo("hello");
  }

  @Test
  void anInputThatTheStoreHasLostIsToldByItsPath() throws Exception {
    GivenFile lost = in("data/lost.csv", keep(new byte[9]));
    store.delete(OWNER, String.valueOf(lost.fileId()));

    JsonNode reply = run("pass", lost);

    assertThat(reply.path("code").asInt()).isEqualTo(400);
    assertThat(reply.path("reason").asString()).isEqualTo("file_not_found");
    assertThat(reply.path("error").asString()).contains("data/lost.csv");
    assertThat(reply.path("files").toString()).isEqualTo("[]");
  }

  @Test
  void inputsThatDoNotFitAreToldWithTheLimit() throws Exception {
    JsonNode reply = run("pass", in("large", keep(new byte[65 << 20])));

    assertThat(reply.path("code").asInt()).isEqualTo(400);
    assertThat(reply.path("reason").asString()).isEqualTo("disk_limit");
    assertThat(reply.path("error").asString()).contains("64 MiB");
  }

  @Test
  void whatItsKeyHasNoRoomForIsNotKept() throws Exception {
    String code =
        """
        open("a-small", "w").write("12345")
        open("b-large", "wb").write(bytes(100_000))
        open("c-small", "w").write("123456")
        """;
    long limit = store.used(OWNER) + 10;

    JsonNode reply =
        caller.run(
            new ExecutionRequest(code, 60, null, null, WideInputs.NONE.withFilesLimit(limit)));

    JsonNode files = reply.path("response").path("files");
    assertThat(files.path(0).has("file_id")).as(reply.toString()).isTrue();
    assertThat(files.path(1).path("omitted").asString()).isEqualTo("file_quota");
    assertThat(files.path(1).has("file_id")).isFalse();
    assertThat(files.path(2).path("content").asString()).isEqualTo("123456");
    assertThat(files.path(2).has("file_id")).isFalse();
    assertThat(store.used(OWNER)).isEqualTo(limit - 5);
  }

  @Test
  void aRunThatIsKilledLeavesNoFile() throws Exception {
    int before = store.list(OWNER, null, 1000).files().size();

    JsonNode reply =
        caller.run(
            new ExecutionRequest(
                "open('a', 'w').write('x')\nwhile True: pass", 1, null, null, WideInputs.NONE));

    assertThat(reply.path("reason").asString()).isEqualTo("timeout");
    assertThat(reply.path("files_lost").asBoolean()).isTrue();
    Eventually.holds(() -> store.list(OWNER, null, 1000).files().size() == before);
  }

  private static JsonNode run(String code, GivenFile... files) throws Exception {
    WideInputs inputs = WideInputs.NONE.with(List.of(files));
    return caller.run(new ExecutionRequest(code, 60, null, "its-id", inputs));
  }

  private static StoredFile keep(byte[] bytes) throws IOException {
    Upload upload = store.put(OWNER, "data", "text/plain", new ByteArrayInputStream(bytes), PLENTY);
    return ((Upload.Stored) upload).file();
  }

  private static GivenFile in(String path, StoredFile file) {
    return GivenFile.kept(path, file.fileId()).ofSize(file.size());
  }

  private static StoredFile found(JsonNode file) {
    return store.find(OWNER, file.path("file_id").asString()).orElseThrow();
  }

  private static byte[] read(StoredFile file) throws IOException {
    try (InputStream content = store.read(OWNER, file.fileId(), 0, file.size()).orElseThrow()) {
      return content.readAllBytes();
    }
  }
}
