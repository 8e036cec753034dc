package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Client;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.drive.RandomBytes;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import io.millrace.e2e.roles.Signals;
import io.millrace.standalone.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.JsonNode;

/**
 * What becomes of files, and of the jobs that read and make them, when something dies meanwhile.
 */
final class FileRows {

  private static final long SIZE = 20_000_000;
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration TTL = Duration.ofSeconds(15);
  private static final String HASH =
      "import hashlib\nprint(hashlib.sha256(open('in', 'rb').read()).hexdigest())";

  private FileRows() {}

  static ClusterPlan plan() {
    return ClusterPlan.usual("files")
        .withFiles(null)
        .with("MILLRACE_FILES_TTL", TTL.toSeconds() + "s");
  }

  /** F1. */
  static void workerKilledWhileFilesTravel(Trial trial) throws Exception {
    Cluster cluster = trial.cluster();
    String input = upload(trial, "f1");
    String reads = enqueueBeforeFrozenBucket(trial, Program.of("reads", HASH).reading("in", input));
    Role reader = trial.awaitStart(reads, 1, SOON);
    trial.fault(
        "kill -9 of a worker that reads an input",
        () -> {
          reader.kill();
          Signals.cont(cluster.bucket().process());
        });
    awaitHash(trial, reads, hash(SIZE));
    cluster.heal();

    String makes =
        trial.enqueue(
            Program.of(
                    "makes", "import time\ntime.sleep(2)\nopen('out', 'wb').write(b'x' * 20000000)")
                .with("outputs", List.of("*")));
    Role maker = trial.awaitStart(makes, 1, SOON);
    trial.fault(
        "kill -9 of a worker that keeps an output",
        () -> {
          Signals.stop(cluster.bucket().process());
          Await.pass(Duration.ofSeconds(5));
          require(!trial.state(makes).equals("succeeded"), "it ended without its file");
          maker.kill();
          Signals.cont(cluster.bucket().process());
        });
    JsonNode made = awaitFile(trial, makes);
    require(
        hash(trial.client(0).download(made.path("file_id").asString()))
            .equals(made.path("sha256").asString()),
        "the file is another one than the reply says");
    require(trial.starts(makes).size() == 2, "it did not run again");
    cluster.heal();
    trial.finish();
    awaitEmptyBucket(trial);
  }

  /** F2. */
  static void gatewayKilledWhileFilesTravel(Trial trial) throws Exception {
    Cluster cluster = trial.cluster();
    String whole = upload(trial, "f2");
    CountDownLatch halfway = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Answer> cut =
        trial.client(0).upload("cut", () -> new RandomBytes(2, SIZE, SIZE / 2, halfway, goOn));
    halfway.await();
    InputStream down = trial.client(0).download(whole);
    down.readNBytes(1000);
    trial.fault("kill -9 of a gateway that moves files", cluster.gateway(0)::kill);
    goOn.countDown();
    require(cut.join() instanceof Answer.Nothing, "half an upload was answered");
    try {
      down.transferTo(OutputStream.nullOutputStream());
      throw new AssertionError("a download that was cut looked whole");
    } catch (IOException e) {
      down.close();
    }
    Client other = trial.client(1);
    require(hash(other.download(whole)).equals(hash(SIZE)), "the file has other bytes");
    require(names(other).equals(List.of("f2")), "what was cut is there: " + names(other));
    cluster.heal();
    trial.finish();
    awaitEmptyBucket(trial);
  }

  /** F3. */
  static void bucketKilledWhileFilesTravel(Trial trial) throws Exception {
    S3Server bucket = trial.cluster().bucket();
    String input = upload(trial, "f3");
    String reads = enqueueBeforeFrozenBucket(trial, Program.of("reads", HASH).reading("in", input));
    trial.awaitStart(reads, 1, SOON);
    trial.fault(
        "kill -9 of the S3 server while an input is read from it",
        () -> {
          bucket.kill();
          Answer refused = trial.client(0).upload("none", () -> new RandomBytes(3, 1000)).join();
          require(
              refused instanceof Answer.Told told && told.status() == 503,
              "an upload was not refused by 503: " + refused);
          trial.awaitStart(reads, 2, SOON);
          String plain = trial.enqueue("plain", Duration.ofMillis(10));
          trial.figure(
              "a plain job beside it ended after",
              Await.until("it ended", SOON, () -> trial.state(plain).equals("succeeded")));
          require(!trial.state(reads).equals("failed"), "a store that is away failed a job");
          bucket.restart();
        });
    awaitHash(trial, reads, hash(SIZE));
    require(
        names(trial.client(0)).equals(List.of("f3")), "there is more: " + names(trial.client(0)));
    trial.finish();
    awaitEmptyBucket(trial);
  }

  /** Its worker has it, and waits for a bucket that does not answer. */
  private static String enqueueBeforeFrozenBucket(Trial trial, Program program) {
    Cluster cluster = trial.cluster();
    cluster.workers().forEach(Role::freeze);
    String job = trial.enqueue(program);
    Signals.stop(cluster.bucket().process());
    cluster.workers().forEach(Role::thaw);
    return job;
  }

  static String upload(Trial trial, String name) {
    Answer answer = trial.client(0).upload(name, () -> new RandomBytes(1, SIZE)).join();
    require(answer instanceof Answer.Told told && told.status() == 201, "no upload: " + answer);
    return ((Answer.Told) answer).body().path("file_id").asString();
  }

  private static void awaitHash(Trial trial, String job, String hash) {
    trial.awaitState(job, "succeeded", Duration.ofSeconds(60));
    String said = reply(trial, job).path("response").path("stdout").asString();
    require(said.contains(hash), "the program has read other bytes: " + said);
  }

  private static JsonNode awaitFile(Trial trial, String job) {
    trial.awaitState(job, "succeeded", Duration.ofSeconds(60));
    JsonNode files = reply(trial, job).path("response").path("files");
    require(files.size() == 1, "there is not one file: " + files);
    return files.path(0);
  }

  private static JsonNode reply(Trial trial, String job) {
    return ((Answer.Told) trial.client(1).status(job)).body().path("reply");
  }

  private static List<String> names(Client client) {
    return ((Answer.Told) client.files())
        .body()
        .path("files")
        .valueStream()
        .map(file -> file.path("name").asString())
        .toList();
  }

  /** When their time is over, nothing is left of any file. */
  private static void awaitEmptyBucket(Trial trial) {
    trial.figure(
        "nothing is left of any file after",
        Await.until(
            "the bucket is empty",
            TTL.multipliedBy(3),
            () -> trial.cluster().bucket().objects().isEmpty()));
  }

  private static String hash(long size) throws Exception {
    return hash(new RandomBytes(1, size));
  }

  static String hash(InputStream content) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (DigestInputStream in = new DigestInputStream(content, digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
