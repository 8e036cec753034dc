package io.millrace.sandbox;

import static io.millrace.sandbox.TestSandbox.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Wide jobs on the real helper: what goes in beside the program, and what comes back. */
@Tag("services")
class SandboxWideTest {

  private static final OutputFiles NONE_EXPECTED =
      (path, size, content) -> {
        throw new IOException("no file was to come, but " + path);
      };

  private static SandboxFiles files;
  private static Sandbox sandbox;

  @BeforeAll
  static void unpack() throws Exception {
    files = SandboxFiles.unpack();
    sandbox = TestSandbox.sandbox(files);
  }

  @AfterAll
  static void clean() throws Exception {
    sandbox.close();
    files.close();
  }

  private static CompletableFuture<WideOutcome> start(
      String code, WideRequest wide, OutputFiles keeper) throws Exception {
    sandbox.start();
    return sandbox.run(job(code, 20), wide, new Deaf(), keeper);
  }

  private static WideOutcome run(String code, WideRequest wide, OutputFiles keeper)
      throws Exception {
    return start(code, wide, keeper).get(60, TimeUnit.SECONDS);
  }

  private static String result(WideOutcome outcome) {
    assertThat(outcome.result().verdict()).as(outcome.result().error()).isEqualTo("ok");
    return outcome.result().resultJson();
  }

  private static InputFile file(String path, byte[] content) {
    return new InputFile(path, content.length, () -> new ByteArrayInputStream(content));
  }

  private static WideRequest with(InputFile... files) {
    return new WideRequest(null, null, List.of(), Map.of(), List.of(files), List.of("**"), null);
  }

  @Test
  void whatGoesInIsThereWhenTheProgramStarts() throws Exception {
    WideRequest wide =
        new WideRequest(
            "{\"a\":[1,\"é\"]}",
            "line\n",
            List.of("-v"),
            Map.of("COLOUR", "blue"),
            List.of(file("d/x.txt", "file".getBytes(StandardCharsets.UTF_8))),
            List.of(),
            64L << 20);
    String code =
        """
        import os, sys
        return [input_data, input(), sys.argv, os.environ["COLOUR"], open("d/x.txt").read()]
        """;

    assertThat(result(run(code, wide, NONE_EXPECTED)))
        .isEqualTo("[{\"a\":[1,\"é\"]},\"line\",[\"main.py\",\"-v\"],\"blue\",\"file\"]");
  }

  @Test
  void filesGoInAndComeBackWithTheirBytes() throws Exception {
    byte[] content = new byte[3_000_000];
    new Random(4711).nextBytes(content);
    Map<String, byte[]> kept = new LinkedHashMap<>();

    WideOutcome outcome =
        run(
            "import os\nos.rename('in', 'out')\nopen('é\\nx', 'w').write('small')",
            with(file("in", content)),
            (path, size, stream) -> {
              kept.put(path, stream.readAllBytes());
              assertThat(kept.get(path)).hasSize((int) size);
            });

    assertThat(outcome.filesLost()).isFalse();
    assertThat(kept).containsOnlyKeys("out", "é\nx");
    assertThat(kept.get("out")).isEqualTo(content);
  }

  @Test
  void whatAJobShowsAndUsesIsTold() throws Exception {
    WideOutcome outcome =
        run("display({'a': 1})\nprint('x' * 5000)\n", WideRequest.PLAIN, NONE_EXPECTED);

    assertThat(outcome.displayJson())
        .isEqualTo("[{\"application/json\":{\"a\":1},\"text/plain\":\"{'a': 1}\"}]");
    assertThat(outcome.displayTruncated()).isFalse();
    assertThat(outcome.errorDetailJson()).isNull();
    assertThat(outcome.usage().outputBytes()).isEqualTo(5001);
    assertThat(outcome.usage().memoryPeakBytes()).isPositive();
    assertThat(outcome.usage().source()).isIn("cgroup", "rusage");
  }

  @Test
  void anExceptionIsToldInDetail() throws Exception {
    WideOutcome outcome = run("x = 1\n1 / 0", WideRequest.PLAIN, NONE_EXPECTED);

    assertThat(outcome.result().verdict()).isEqualTo("exception");
    assertThat(outcome.errorDetailJson())
        .contains("\"type\": \"ZeroDivisionError\"", "\"line\": 2", "\"x\": \"1\"");
  }

  @Test
  void filesThatAreOverALimitAreListed() throws Exception {
    WideOutcome outcome =
        run(
            "with open('big', 'wb') as f: f.truncate(12 << 20)\nopen('small', 'w').write('x')",
            WideRequest.PLAIN,
            (path, size, content) -> assertThat(path).isEqualTo("small"));

    assertThat(outcome.omitted())
        .containsExactly(new WideOutcome.Omitted("big", 12 << 20, "too_large"));
  }

  @Test
  void inputsThatDoNotFitAreTheUsersFailure() throws Exception {
    InputFile large = file("large", new byte[20 << 20]);

    RunResult result = run("pass", with(large), NONE_EXPECTED).result();

    assertThat(result.verdict()).isEqualTo("disk_limit");
    assertThat(result.error()).contains("16 MiB");
    assertThat(result(run("return 1", WideRequest.PLAIN, NONE_EXPECTED))).isEqualTo("1");
  }

  @Test
  void anInputThatCannotBeReadIsOursToTryAgain() throws Exception {
    InputFile away =
        new InputFile(
            "away",
            1000,
            () -> {
              throw new IOException("the store is away");
            });
    InputFile shorter = new InputFile("short", 1000, () -> new ByteArrayInputStream(new byte[9]));

    for (InputFile input : List.of(away, shorter)) {
      CompletableFuture<WideOutcome> running = start("pass", with(input), NONE_EXPECTED);
      assertThatThrownBy(() -> running.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(SandboxFailedException.class)
          .hasMessageContaining("inputs could not be read");
      assertThat(result(run("return 1", WideRequest.PLAIN, NONE_EXPECTED))).isEqualTo("1");
    }
  }

  @Test
  void aFileThatCannotBeKeptIsOursToTryAgain() throws Exception {
    CompletableFuture<WideOutcome> running =
        start(
            "for name in 'abc': open(name, 'wb').write(bytes(1 << 20))",
            WideRequest.PLAIN,
            (path, size, content) -> {
              content.read();
              throw new IOException("the store is away");
            });

    assertThatThrownBy(() -> running.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(SandboxFailedException.class)
        .hasMessageContaining("the store is away");
    assertThat(result(run("return 1", WideRequest.PLAIN, NONE_EXPECTED))).isEqualTo("1");
  }

  @Test
  void aFileThatIsNotWholeIsLostAndTheJobIsNot() throws Exception {
    String code =
        """
        import threading
        open('big', 'wb').truncate(8 << 20)
        def write():
            while True:
                open('big', 'r+b').write(b'x')
        threading.Thread(target=write, daemon=True).start()
        return 1
        """;
    List<String> failed = new CopyOnWriteArrayList<>();

    WideOutcome outcome =
        run(
            code,
            WideRequest.PLAIN,
            (path, size, content) -> {
              try {
                content.readAllBytes();
              } catch (IOException e) {
                failed.add(path);
                throw e;
              }
            });

    assertThat(result(outcome)).isEqualTo("1");
    assertThat(outcome.filesLost()).isTrue();
    assertThat(failed).containsExactly("big");
  }

  @Test
  void aKeeperThatTakesItsTimeHoldsTheSandboxUpAndNotTheJobsClock() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    sandbox.start();
    CompletableFuture<WideOutcome> running =
        sandbox.run(
            job("open('f', 'wb').write(bytes(8 << 20))", 1),
            WideRequest.PLAIN,
            new Deaf(),
            (path, size, content) -> {
              begun.countDown();
              try {
                goOn.await(20, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              assertThat(content.readAllBytes()).hasSize(8 << 20);
            });
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> running.get(1200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    goOn.countDown();

    assertThat(result(running.get(60, TimeUnit.SECONDS))).isEqualTo("null");
  }

  @Test
  void ofALargeFileNoMoreIsHeldThanAPiece() throws Exception {
    long size = 100L << 20;
    SandboxSettings roomy =
        TestSandbox.settings(
            "/usr/bin/python3",
            Map.of("preimport", List.of(), "tmp_bytes", 128 << 20, "file_limit", 100 << 20));
    List<Long> held = new CopyOnWriteArrayList<>();
    long before = heapInUse();
    AtomicLong got = new AtomicLong();
    InputFile large = new InputFile("in", size, () -> new Zeros(size, held));
    try (Sandbox other = new Sandbox(1, files, roomy, "auto", SandboxEvents.IGNORED)) {
      other.start();
      WideOutcome outcome =
          other
              .run(
                  job("import os\nos.rename('in', 'out')", 60),
                  with(large),
                  new Deaf(),
                  (path, bytes, content) -> {
                    byte[] piece = new byte[1 << 16];
                    for (int count; (count = content.read(piece)) >= 0; ) {
                      if (got.addAndGet(count) > size / 2 && held.size() < 2) {
                        held.add(heapInUse());
                      }
                    }
                  })
              .get(120, TimeUnit.SECONDS);

      assertThat(outcome.filesLost()).isFalse();
    }
    assertThat(got).hasValue(size);
    assertThat(held).hasSize(2).allMatch(bytes -> bytes - before < 16 << 20);
  }

  private static long heapInUse() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** So many, and half-way a look at the heap. */
  private static final class Zeros extends InputStream {
    private final List<Long> held;
    private final long half;
    private long left;

    Zeros(long size, List<Long> held) {
      this.left = size;
      this.half = size / 2;
      this.held = held;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] to, int from, int length) {
      if (left < half && held.isEmpty()) {
        held.add(heapInUse());
      }
      int count = (int) Math.min(left, length);
      left -= count;
      return count == 0 ? -1 : count;
    }
  }

  @Test
  void pathsThatLeaveTheFolderAreNoInputs() throws Exception {
    for (String path : List.of("/a", "a/../b", "main.py")) {
      CompletableFuture<WideOutcome> running =
          start("pass", with(file(path, new byte[0])), NONE_EXPECTED);
      assertThatThrownBy(() -> running.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(SandboxFailedException.class);
      sandbox.close();
    }
  }

  private static final class Deaf implements OutputListener {
    @Override
    public void wroteToStdout(byte[] bytes) {}

    @Override
    public void wroteToStderr(byte[] bytes) {}
  }
}
