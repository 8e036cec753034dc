package io.millrace.worker;

import io.millrace.job.FilePath;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.WideInputs;
import io.millrace.job.WideResults;
import io.millrace.job.WideResults.MadeFile;
import io.millrace.sandbox.InputFile;
import io.millrace.sandbox.OutputListener;
import io.millrace.sandbox.Sandbox;
import io.millrace.sandbox.WideOutcome;
import io.millrace.sandbox.WideRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One run of a job that came by {@code /v1/jobs}: hands its inputs to the sandbox, and keeps the
 * files that come back as far as a reply has room for them. One thread starts it, the sandbox's own
 * keeps its files, any may kill it.
 */
final class WideRun {

  /** Of one file whose content is in the reply, and of all of them. */
  private static final int MOST_CONTENT = 64 * 1024;

  private static final int MOST_CONTENTS = 1024 * 1024;
  private static final String TOO_LARGE = "too_large";

  private final Job job;
  private final WideInputs inputs;
  private final Sandbox sandbox;
  private final List<MadeFile> files = new ArrayList<>();
  private int room = MOST_CONTENTS;
  private volatile boolean killed;

  WideRun(Job job, WideInputs inputs, Sandbox sandbox) {
    this.job = job;
    this.inputs = inputs;
    this.sandbox = sandbox;
  }

  /** Returns when the sandbox has the inputs. The future fails as {@link Sandbox#run} says. */
  CompletableFuture<Ended> start(OutputListener listener) {
    return killed
        ? CompletableFuture.completedFuture(new Ended(new Outcome.Cancelled()))
        : sandbox.run(Ended.program(job), request(), listener, this::keep).thenApply(this::ended);
  }

  /** Ends it, from any thread, also before it has begun. */
  void kill() {
    killed = true;
    sandbox.kill(job.jobId());
  }

  private WideRequest request() {
    return new WideRequest(
        inputs.inputJson(),
        inputs.stdin(),
        inputs.args(),
        inputs.env(),
        inputs.files().stream().map(WideRun::file).toList(),
        inputs.outputs(),
        inputs.memoryMb() == null ? null : inputs.memoryMb() * 1024L * 1024L);
  }

  private static InputFile file(WideInputs.GivenFile given) {
    byte[] bytes = Base64.getDecoder().decode(given.base64());
    return new InputFile(given.path(), bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  private void keep(String path, long size, InputStream content) throws IOException {
    FilePath.check(path); // the name is the program's own, and the helper's word is not enough
    MessageDigest digest = sha256();
    DigestInputStream read = new DigestInputStream(content, digest);
    byte[] start = read.readNBytes((int) Math.min(size, MOST_CONTENT));
    read.transferTo(OutputStream.nullOutputStream());
    String hash = HexFormat.of().formatHex(digest.digest());
    String type = mediaType(path);
    if (size > MOST_CONTENT || size > room) {
      files.add(new MadeFile(path, size, hash, type, null, null, TOO_LARGE));
      return;
    }
    room -= start.length;
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(start)).toString();
      files.add(new MadeFile(path, size, hash, type, text, "utf8", null));
    } catch (CharacterCodingException e) {
      String text = Base64.getEncoder().encodeToString(start);
      files.add(new MadeFile(path, size, hash, type, text, "base64", null));
    }
  }

  private static String mediaType(String path) {
    String known = URLConnection.getFileNameMap().getContentTypeFor(path);
    return known == null ? "application/octet-stream" : known;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private Ended ended(WideOutcome run) {
    for (WideOutcome.Omitted each : run.omitted()) {
      files.add(new MadeFile(each.path(), each.size(), null, null, null, null, each.omitted()));
    }
    WideOutcome.Usage used = run.usage();
    return new Ended(
        Ended.outcome(run.result(), job),
        new WideResults(
            run.displayJson(),
            run.displayTruncated(),
            files,
            run.filesLost(),
            run.errorDetailJson(),
            new WideResults.Usage(
                used.cpuMs(), used.memoryPeakBytes(), used.outputBytes(), used.source())));
  }
}
