package io.millrace.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An index of wheels made of what this machine's Python has, for a place without PyPI. */
public final class IndexOfHost implements AutoCloseable {

  private final Process process;
  private final String port;

  private IndexOfHost(Process process, String port) {
    this.process = process;
    this.port = port;
  }

  /** Offers these distributions, {@code heavy}, and {@code fresh0} to {@code fresh39}. */
  public static IndexOfHost start(List<String> distributions) {
    try (InputStream in =
        Objects.requireNonNull(IndexOfHost.class.getResourceAsStream("/index_of_host.py"))) {
      String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Path folder = Files.createTempDirectory("millrace-bench-index-");
      List<String> command = new ArrayList<>();
      command.addAll(List.of(BarePython.PYTHON, "-c", script, folder.toString()));
      command.addAll(distributions);
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      @Nullable String port =
          new BufferedReader(
                  new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
      return new IndexOfHost(process, Objects.requireNonNull(port, "the wheels could not be made"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its address. */
  public String url() {
    return "http://127.0.0.1:" + port + "/simple";
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
