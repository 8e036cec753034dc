package io.millrace.sandbox;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a job of the wider routes has beside its program. The helper checks names and sizes again,
 * and one that does not fit ends as {@code disk_limit} or {@code memory_limit}.
 *
 * @param inputJson the JSON of the program's {@code input_data}; null: there is no such name
 * @param stdin what its standard input holds; null and empty: nothing
 * @param args its {@code sys.argv[1:]}, 256 at most
 * @param env added to its environment, 256 at most
 * @param files put into its working directory, 64 at most, no path twice or below another's
 * @param outputs globs of the files that come back; empty for none
 * @param memoryBytes its own memory limit, not above the worker's; null: the worker's
 */
public record WideRequest(
    @Nullable String inputJson,
    @Nullable String stdin,
    List<String> args,
    Map<String, String> env,
    List<InputFile> files,
    List<String> outputs,
    @Nullable Long memoryBytes) {

  /** Nothing but a program, of which all files come back. */
  public static final WideRequest PLAIN =
      new WideRequest(null, null, List.of(), Map.of(), List.of(), List.of("**"), null);

  public WideRequest {
    args = List.copyOf(args);
    env = Map.copyOf(env);
    files = List.copyOf(files);
    outputs = List.copyOf(outputs);
  }
}
