package io.millrace.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request of {@link Reply#JOBS_ENDPOINT} has beside its program, checked. Immutable.
 *
 * @param inputJson the JSON of the program's {@code input_data}; null: there is no such name
 * @param stdin what its standard input holds; null: nothing
 * @param args its {@code sys.argv[1:]}
 * @param env added to its environment
 * @param files put into its working directory
 * @param outputs globs of the files that come back; empty for none
 * @param memoryMb its own memory limit in MiB; null: the worker's
 * @param network the hosts to which it narrows what its key may reach; null: it does not
 */
public record WideInputs(
    @Nullable String inputJson,
    @Nullable String stdin,
    List<String> args,
    Map<String, String> env,
    List<GivenFile> files,
    List<String> outputs,
    @Nullable Integer memoryMb,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> network) {

  /** A program alone, of which all files come back. */
  public static final WideInputs NONE =
      new WideInputs(null, null, List.of(), Map.of(), List.of(), List.of("**"), null, null);

  /**
   * A file that came in the request.
   *
   * @param path relative, parts with {@code /} between
   * @param base64 its bytes
   */
  public record GivenFile(String path, String base64) {}

  public WideInputs {
    args = List.copyOf(args);
    env = Map.copyOf(env);
    files = List.copyOf(files);
    outputs = List.copyOf(outputs);
    network = network == null ? null : List.copyOf(network);
  }

  /** Bytes that these add to a job's record, more or less. */
  public long bytes() {
    return length(inputJson)
        + length(stdin)
        + args.stream().mapToLong(String::length).sum()
        + env.entrySet().stream().mapToLong(e -> e.getKey().length() + e.getValue().length()).sum()
        + files.stream().mapToLong(file -> file.path().length() + file.base64().length()).sum();
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
