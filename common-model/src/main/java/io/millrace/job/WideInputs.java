package io.millrace.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * @param startWithin seconds after it was accepted within which it must start; null: whenever
 * @param network the hosts to which it narrows what its key may reach; null: it does not
 * @param filesLimit bytes that its key may have in the store of files, when the gate let it in;
 *     null: any
 */
public record WideInputs(
    @Nullable String inputJson,
    @Nullable String stdin,
    List<String> args,
    Map<String, String> env,
    List<GivenFile> files,
    List<String> outputs,
    @Nullable Integer memoryMb,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer startWithin,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> network,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long filesLimit) {

  /** A program alone, of which all files come back. */
  public static final WideInputs NONE =
      new WideInputs(null, null, List.of(), Map.of(), List.of(), List.of("**"), null, null, null);

  /**
   * A file that came in the request, or that the request names and the store of files has.
   *
   * @param path relative, parts with {@code /} between
   * @param base64 its bytes; null where it is in the store
   * @param fileId what the store calls it; null where its bytes are here
   * @param size its bytes in the store, known once it was found there; else 0
   */
  public record GivenFile(
      String path, @Nullable String base64, @Nullable String fileId, long size) {

    /** One whose bytes came with the request. */
    public GivenFile(String path, String base64) {
      this(path, base64, null, 0);
    }

    /** One of the store. */
    public static GivenFile kept(String path, String fileId) {
      return new GivenFile(path, null, fileId, 0);
    }

    /** The same where it is in the store, and has so many bytes. */
    public GivenFile ofSize(long bytes) {
      return fileId == null ? this : new GivenFile(path, null, fileId, bytes);
    }

    private long bytes() {
      return length(path) + length(base64) + length(fileId);
    }
  }

  public WideInputs {
    args = List.copyOf(args);
    env = Map.copyOf(env);
    files = List.copyOf(files);
    outputs = List.copyOf(outputs);
    network = network == null ? null : List.copyOf(network);
  }

  /** Of a request: what its key may have is not in it. */
  public WideInputs(
      @Nullable String inputJson,
      @Nullable String stdin,
      List<String> args,
      Map<String, String> env,
      List<GivenFile> files,
      List<String> outputs,
      @Nullable Integer memoryMb,
      @Nullable Integer startWithin,
      @Nullable List<String> network) {
    this(inputJson, stdin, args, env, files, outputs, memoryMb, startWithin, network, null);
  }

  /** The files that the store is to have, each once. */
  public Set<String> fileIds() {
    Set<String> fileIds = new LinkedHashSet<>();
    for (GivenFile file : files) {
      if (file.fileId() != null) {
        fileIds.add(file.fileId());
      }
    }
    return fileIds;
  }

  /** Where the request first names this file, as a path of its properties. */
  public String whereIs(String fileId) {
    for (int i = 0; i < files.size(); i++) {
      if (fileId.equals(files.get(i).fileId())) {
        return "files[" + i + "].file_id";
      }
    }
    throw new IllegalArgumentException("the request does not name this file");
  }

  /** The same with these files. */
  public WideInputs with(List<GivenFile> others) {
    return new WideInputs(
        inputJson, stdin, args, env, others, outputs, memoryMb, startWithin, network, filesLimit);
  }

  /** The same of a key that may have so many bytes of files. */
  public WideInputs withFilesLimit(long bytes) {
    return new WideInputs(
        inputJson, stdin, args, env, files, outputs, memoryMb, startWithin, network, bytes);
  }

  /** This as the program's {@code input_data}, and what the gate is told of the others. */
  public WideInputs own(String otherInputJson) {
    List<GivenFile> kept = files.stream().filter(file -> file.fileId() != null).toList();
    return new WideInputs(
        otherInputJson, null, List.of(), Map.of(), kept, NONE.outputs(), null, startWithin, null);
  }

  /** The same with this as the program's {@code input_data}. */
  public WideInputs with(String otherInputJson) {
    return new WideInputs(
        otherInputJson,
        stdin,
        args,
        env,
        files,
        outputs,
        memoryMb,
        startWithin,
        network,
        filesLimit);
  }

  /** Bytes that these add to a job's record, more or less. */
  public long bytes() {
    return length(inputJson)
        + length(stdin)
        + args.stream().mapToLong(WideInputs::length).sum()
        + outputs.stream().mapToLong(WideInputs::length).sum()
        + env.entrySet().stream().mapToLong(e -> length(e.getKey()) + length(e.getValue())).sum()
        + files.stream().mapToLong(GivenFile::bytes).sum();
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : EscapedText.utf8Bytes(text);
  }
}
