package io.millrace.worker;

import io.millrace.files.Digest;
import io.millrace.files.StoredFile;
import io.millrace.job.FilePath;
import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.WideInputs;
import io.millrace.job.WideResults;
import io.millrace.job.WideResults.MadeFile;
import io.millrace.sandbox.InputFile;
import io.millrace.sandbox.OutputListener;
import io.millrace.sandbox.Sandbox;
import io.millrace.sandbox.WideOutcome;
import io.millrace.sandbox.WideRequest;
import io.millrace.store.Environments.Row;
import io.millrace.worker.network.NetworkProxy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One run of a job that came by {@code /v1/jobs}: hands its inputs to the sandbox, and keeps the
 * files that come back: in the store of files where there is one, and in the reply as far as that
 * has room. One thread starts it, the sandbox's own keeps its files, any may kill it.
 */
final class WideRun {

  /** Of one file whose content is in the reply, and of all of them. */
  private static final int MOST_CONTENT = 64 * 1024;

  private static final int MOST_CONTENTS = 1024 * 1024;
  private static final String TOO_LARGE = "too_large";
  private static final String OVER_QUOTA = "file_quota";

  private final Job job;
  private final WideInputs inputs;
  private final @Nullable Row packages;
  private final Sandbox sandbox;
  private final JobFiles store;
  private final NetworkProxy.@Nullable Opened network;
  private final List<MadeFile> files = new ArrayList<>();
  private int room = MOST_CONTENTS;

  /** Bytes that its key may still have in the store; null before the first file. */
  private @Nullable Long quotaLeft;

  private volatile boolean killed;

  WideRun(
      Job job,
      WideInputs inputs,
      Sandbox sandbox,
      JobFiles store,
      NetworkProxy.@Nullable Opened network) {
    this(job, inputs, null, sandbox, store, network);
  }

  /** {@code packages} are those that it asks for, which are on this machine. */
  WideRun(
      Job job,
      WideInputs inputs,
      @Nullable Row packages,
      Sandbox sandbox,
      JobFiles store,
      NetworkProxy.@Nullable Opened network) {
    this.packages = packages;
    this.job = job;
    this.inputs = inputs;
    this.sandbox = sandbox;
    this.store = store;
    this.network = network;
  }

  /**
   * Returns when the sandbox has the inputs. The future fails as {@link Sandbox#run} says; with
   * {@link FilesAwayException} as the cause where the store of files did.
   */
  CompletableFuture<Ended> start(OutputListener listener) {
    if (killed) {
      return CompletableFuture.completedFuture(new Ended(new Outcome.Cancelled()));
    }
    return sandbox
        .run(Ended.program(job, packages, network), request(), listener, this::keep)
        .thenApply(this::ended)
        .exceptionally(WideRun::withoutItsInput)
        .whenComplete(this::forgetIfItCameToNothing);
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
        inputs.files().stream().map(this::file).toList(),
        inputs.outputs(),
        inputs.memoryMb() == null ? null : inputs.memoryMb() * 1024L * 1024L);
  }

  private InputFile file(WideInputs.GivenFile given) {
    if (given.base64() == null) {
      return new InputFile(given.path(), given.size(), () -> store.open(job.owner(), given));
    }
    byte[] bytes = Base64.getDecoder().decode(given.base64());
    return new InputFile(given.path(), bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  private void keep(String path, long size, InputStream content) throws IOException {
    FilePath.check(path); // the name is the program's own, and the helper's word is not enough
    boolean inline = size <= MOST_CONTENT && size <= room;
    byte[] bytes = inline ? content.readAllBytes() : null;
    InputStream read = bytes == null ? content : new ByteArrayInputStream(bytes);
    MadeFile made =
        !store.isThere()
            ? hashed(path, size, read, TOO_LARGE)
            : hasQuota(size) ? stored(path, read) : hashed(path, size, read, OVER_QUOTA);
    room -= inline ? (int) size : 0;
    files.add(bytes == null ? made : withContent(made, bytes));
  }

  /** Takes it from what its key may have, where there is enough. */
  private boolean hasQuota(long size) throws IOException {
    Long limit = inputs.filesLimit();
    if (limit == null) {
      return true;
    }
    long left = quotaLeft == null ? limit - store.used(job.owner()) : quotaLeft;
    boolean enough = size <= left;
    quotaLeft = enough ? left - size : left;
    return enough;
  }

  private MadeFile stored(String path, InputStream content) throws IOException {
    String type = mediaType(path);
    StoredFile kept = store.keep(job.owner(), name(path), type, content);
    return new MadeFile(path, kept.size(), kept.sha256(), type, kept.fileId(), null, null, null);
  }

  /** One that no store has: what is not in the reply is known by its digest alone. */
  private static MadeFile hashed(String path, long size, InputStream content, String omitted)
      throws IOException {
    Digest digest = new Digest();
    digest.over(content).transferTo(OutputStream.nullOutputStream());
    return new MadeFile(path, size, digest.end(), mediaType(path), null, null, null, omitted);
  }

  private static MadeFile withContent(MadeFile made, byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return made.withContent(text, "utf8");
    } catch (CharacterCodingException e) {
      return made.withContent(Base64.getEncoder().encodeToString(bytes), "base64");
    }
  }

  /** What a file is called that is saved from a browser: a path's last part, as one line. */
  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1).replaceAll("\\p{Cntrl}", "_");
  }

  private static String mediaType(String path) {
    String known = URLConnection.getFileNameMap().getContentTypeFor(path);
    return known == null ? "application/octet-stream" : known;
  }

  private Ended ended(WideOutcome run) {
    for (WideOutcome.Omitted each : run.omitted()) {
      files.add(
          new MadeFile(each.path(), each.size(), null, null, null, null, null, each.omitted()));
    }
    WideOutcome.Usage used = run.usage();
    WideResults results =
        new WideResults(
            run.displayJson(),
            run.displayTruncated(),
            files,
            run.filesLost(),
            MissingModule.hinted(run.errorDetailJson()),
            new WideResults.Usage(
                used.cpuMs(), used.memoryPeakBytes(), used.outputBytes(), used.source()));
    return new Ended(
        Ended.outcome(run.result(), job),
        network == null ? results : results.withNetwork(network.close()));
  }

  /** Where the store has lost an input, no later try has another end. */
  private static Ended withoutItsInput(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException wrapped && wrapped.getCause() != null
            ? wrapped.getCause()
            : failure;
    if (cause.getCause() instanceof FileGoneException gone) {
      return new Ended(
          new Outcome.Failed(
              Output.NONE, "file_not_found", String.valueOf(gone.getMessage()), null),
          WideResults.NONE);
    }
    throw new CompletionException(cause);
  }

  /** It runs again, and makes its files anew. */
  private void forgetIfItCameToNothing(@Nullable Ended ended, @Nullable Throwable failure) {
    if (ended == null || ended.outcome() instanceof Outcome.Cancelled) {
      store.delete(
          job.owner(), files.stream().map(MadeFile::fileId).filter(Objects::nonNull).toList());
    }
  }
}
