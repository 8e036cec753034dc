package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.drive.RandomBytes;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** 100 MB up, into a job, out of it and down again, and what lives in the heaps meanwhile. */
final class HeapRows {

  private static final long SIZE = 100_000_000;
  private static final long MEBIBYTE = 1 << 20;
  private static final long MOST_ABOVE_IDLE = 32 * MEBIBYTE;

  /** The last line of jcmd's GC.class_histogram, which counts what is live, at one moment. */
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

  private HeapRows() {}

  static ClusterPlan plan(@Nullable Path folder) {
    return ClusterPlan.usual(folder == null ? "large-files-s3" : "large-files-folder")
        .of(1, 1)
        .withFiles(folder)
        .with("MILLRACE_SANDBOX_SCRATCH", "256MB");
  }

  /** F4, F5. */
  static void aLargeFileLivesInNoHeap(Trial trial) throws Exception {
    Role gateway = trial.cluster().gateway(0);
    Role worker = trial.cluster().worker(0);
    travel(trial, "first"); // classes are loaded, buffers made
    Live ofGateway = new Live(gateway);
    Live ofWorker = new Live(worker);
    long begun = System.nanoTime();
    travel(trial, "measured");
    long took = (System.nanoTime() - begun) / 1_000_000;
    ofGateway.stop();
    ofWorker.stop();
    trial.figure("100 MB up, in, out and down in " + took + " ms");
    for (Live each : List.of(ofGateway, ofWorker)) {
      trial.figure(each.toString());
      require(each.aboveIdle() <= MOST_ABOVE_IDLE, "too much in the heap: " + each);
      require(each.looks() >= 3, "it was over before there was a look");
    }
    trial.finish();
  }

  private static void travel(Trial trial, String name) throws Exception {
    Answer up = trial.client(0).upload(name, () -> new RandomBytes(9, SIZE)).join();
    require(up instanceof Answer.Told told && told.status() == 201, "no upload: " + up);
    JsonNode sent = ((Answer.Told) up).body();
    Program program =
        Program.of(name, "os.rename('in', 'out')").reading("in", sent.path("file_id").asString());
    String job = trial.enqueue(program);
    JsonNode status = ((Answer.Told) trial.client(0).statusAfter(job, 100)).body();
    JsonNode made = status.path("reply").path("response").path("files").path(0);
    require(made.path("size").asLong() == SIZE, "the file did not come back: " + status);
    String down = FileRows.hash(trial.client(0).download(made.path("file_id").asString()));
    require(
        down.equals(sent.path("sha256").asString()) && down.equals(made.path("sha256").asString()),
        "other bytes came back");
  }

  /** What lives in a role's heap: looked at after a collection, again and again. */
  private static final class Live {
    private final Role role;
    private final long idle;
    private final List<Long> looks = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Thread looking = new Thread(this::look, "heap-looks");

    Live(Role role) throws Exception {
      this.role = role;
      this.idle = used();
      looking.start();
    }

    private void look() {
      try {
        while (!over.get()) {
          looks.add(used());
        }
      } catch (IOException e) {
        throw new AssertionError("no look at the heap of " + role.name(), e);
      }
    }

    void stop() throws InterruptedException {
      over.set(true);
      looking.join();
    }

    int looks() {
      return looks.size();
    }

    long aboveIdle() {
      return looks.stream().mapToLong(Long::longValue).max().orElse(idle) - idle;
    }

    private long used() throws IOException {
      String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
      Process process =
          new ProcessBuilder(jcmd, "" + role.process().pid(), "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher total = TOTAL.matcher(said);
      require(total.find(), "jcmd tells nothing of " + role.name() + ": " + said);
      return Long.parseLong(total.group(1));
    }

    @Override
    public String toString() {
      return "%s: %.1f MiB live when idle, at most %.1f MiB more in %d looks"
          .formatted(
              role.name(), (double) idle / MEBIBYTE, (double) aboveIdle() / MEBIBYTE, looks());
    }
  }
}
