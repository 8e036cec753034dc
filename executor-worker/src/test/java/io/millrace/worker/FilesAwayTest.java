package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.files.FileStore;
import io.millrace.files.FileStores;
import io.millrace.files.StoredFile;
import io.millrace.files.Upload;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.JobState;
import io.millrace.job.WideInputs;
import io.millrace.job.WideInputs.GivenFile;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** A bucket that goes away and comes back, under a whole worker. */
@Tag("services")
class FilesAwayTest {

  private static final String BUCKET = "s3://" + S3Server.BUCKET + "/jobs";

  @TempDir private static Path folder;

  @Test
  void jobsThatNeedTheBucketWaitForItAndAllOthersGoOn() throws Exception {
    S3Server.useItsCredentials();
    try (S3Server server = S3Server.start(folder);
        FileStore store = FileStores.open(BUCKET, server.endpoint(), null, Clock.systemUTC());
        ConfigurableApplicationContext worker =
            WorkerTest.start(
                "--millrace.files.store=" + BUCKET,
                "--millrace.files.s3.endpoint=" + server.endpoint());
        TestCaller caller = new TestCaller(worker)) {
      StoredFile input = put(store);
      server.kill();
      UUID reads = caller.submit(job("return open('in').read()", input));
      UUID makes = caller.submit(job("open('out', 'w').write('made')"));
      for (UUID each : List.of(reads, makes)) {
        Eventually.holds(Duration.ofSeconds(30), () -> attempts(caller, each) >= 2);
      }
      assertThat(caller.run("print('plain')").path("code").asInt()).isEqualTo(200);
      JsonNode inline = caller.run(job("return 1"));
      assertThat(inline.path("code").asInt()).isEqualTo(200);
      assertThat(caller.archive().find(reads).orElseThrow().state()).isNotEqualTo(JobState.FAILED);

      server.restart();
      assertThat(caller.body(caller.await(reads)).path("response").path("result").asString())
          .isEqualTo("kept");
      JsonNode made = caller.body(caller.await(makes)).path("response").path("files").path(0);
      assertThat(store.find("tester", made.path("file_id").asString())).isPresent();
      assertThat(store.list("tester", null, 9).files()).as("one of each").hasSize(2);
    }
  }

  private static int attempts(TestCaller caller, UUID jobId) {
    return caller.archive().find(jobId).orElseThrow().attempt();
  }

  private static StoredFile put(FileStore store) throws Exception {
    ByteArrayInputStream content = new ByteArrayInputStream("kept".getBytes());
    return ((Upload.Stored) store.put("tester", "in", "text/plain", content, 100)).file();
  }

  private static ExecutionRequest job(String code, StoredFile... inputs) {
    List<GivenFile> files =
        List.of(inputs).stream()
            .map(file -> GivenFile.kept("in", file.fileId()).ofSize(file.size()))
            .toList();
    return new ExecutionRequest(code, 30, null, null, WideInputs.NONE.with(files));
  }
}
