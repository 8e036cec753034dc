package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An index of wheels made of what this machine's Python has, for a place without PyPI. */
public final class IndexOfHost implements AutoCloseable {

  private final ScratchFolder folder;
  private final Process process;
  private final String port;

  private IndexOfHost(ScratchFolder folder, Process process, String port) {
    this.folder = folder;
    this.process = process;
    this.port = port;
  }

  /** Offers these distributions, {@code heavy}, and {@code fresh0} to {@code fresh39}. */
  public static IndexOfHost start(List<String> distributions) {
    try {
      ScratchFolder folder = ScratchFolder.make("index-");
      List<String> command = new ArrayList<>();
      command.addAll(
          List.of(
              BarePython.PYTHON,
              "-c",
              BarePython.program("index_of_host.py"),
              folder.path().toString()));
      command.addAll(distributions);
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      @Nullable String port = process.inputReader(StandardCharsets.UTF_8).readLine();
      return new IndexOfHost(
          folder, process, Objects.requireNonNull(port, "the wheels could not be made"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its address. */
  public String url() {
    return "http://127.0.0.1:" + port + "/simple";
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
    folder.close();
  }
}
