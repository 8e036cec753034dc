package io.millrace.job;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * What a job of {@link Reply#JOBS_ENDPOINT} leaves beside its result and its output. Immutable.
 *
 * @param displayJson what it showed: a JSON array of bundles by media type
 * @param displayTruncated whether it showed more than is kept
 * @param files those that came back, and those that were over a limit
 * @param filesLost whether files were asked for and did not all come
 * @param errorDetailJson its exception: a JSON object; null where there is none
 * @param usage null where it never ran to its end
 * @param network the connections that it asked for, in that order; null where it may have none
 */
public record WideResults(
    String displayJson,
    boolean displayTruncated,
    List<MadeFile> files,
    boolean filesLost,
    @Nullable String errorDetailJson,
    @Nullable Usage usage,
    @Nullable List<Connection> network) {

  /** Of a job that never ran to its end. */
  public static final WideResults NONE = new WideResults("[]", false, List.of(), false, null, null);

  /**
   * A file that the job made or changed.
   *
   * @param sha256 of its bytes, in lower-case hexadecimal; null where they did not come
   * @param fileId what the store of files calls it; null where it is not there
   * @param content its bytes in this encoding; null where they are not in the reply
   * @param encoding {@code utf8} or {@code base64}
   * @param omitted {@code too_large}, {@code too_many}, or {@code file_quota} where its key has no
   *     room for it in the store; null where it came whole
   */
  public record MadeFile(
      String path,
      long size,
      @Nullable String sha256,
      @Nullable String mediaType,
      @Nullable String fileId,
      @Nullable String content,
      @Nullable String encoding,
      @Nullable String omitted) {

    /** The same with its bytes in the reply. */
    public MadeFile withContent(String bytes, String as) {
      return new MadeFile(path, size, sha256, mediaType, fileId, bytes, as, null);
    }

    private MadeFile withoutContent() {
      return content == null
          ? this
          : new MadeFile(
              path,
              size,
              sha256,
              mediaType,
              fileId,
              null,
              null,
              fileId == null ? "too_large" : null);
    }
  }

  /**
   * What a job used with all that it started, the sandbox's own processes left out.
   *
   * @param cpuMs milliseconds of cpu, from the kernel's accounts of its processes
   * @param memoryPeakBytes the most memory it had at once; by {@code rusage}, its largest process
   * @param outputBytes what it wrote to stdout and stderr, before they were cut
   * @param source whence the memory is known: {@code cgroup} or {@code rusage}
   */
  public record Usage(long cpuMs, long memoryPeakBytes, long outputBytes, String source) {}

  /**
   * A connection that a job asked for.
   *
   * @param host a name in lower case, or an address
   * @param allowed whether the job may reach that host at that port
   * @param bytesIn into the job
   * @param ms milliseconds from the question to the end
   */
  public record Connection(
      String host, int port, boolean allowed, long bytesIn, long bytesOut, long ms) {}

  public WideResults {
    files = List.copyOf(files);
    network = network == null ? null : List.copyOf(network);
  }

  /** Of a job without network. */
  public WideResults(
      String displayJson,
      boolean displayTruncated,
      List<MadeFile> files,
      boolean filesLost,
      @Nullable String errorDetailJson,
      @Nullable Usage usage) {
    this(displayJson, displayTruncated, files, filesLost, errorDetailJson, usage, null);
  }

  /** The same with what it did on its network. */
  public WideResults withNetwork(List<Connection> connections) {
    return new WideResults(
        displayJson, displayTruncated, files, filesLost, errorDetailJson, usage, connections);
  }

  /** The same with names of files alone, for a reply that is too large. */
  WideResults withoutContents() {
    return new WideResults(
        displayJson,
        displayTruncated,
        files.stream().map(MadeFile::withoutContent).toList(),
        filesLost,
        errorDetailJson,
        usage,
        network);
  }

  /** The same without anything shown either. */
  WideResults withoutDisplay() {
    boolean less = displayTruncated || !displayJson.equals("[]");
    return new WideResults(
        "[]", less, withoutContents().files, filesLost, errorDetailJson, usage, network);
  }

  /** The same without what its exception looked like from inside. */
  WideResults withoutDetail() {
    WideResults less = withoutDisplay();
    return new WideResults("[]", less.displayTruncated, less.files, filesLost, null, usage);
  }

  /** What it used, and that there was more: has a bound of its own. */
  WideResults withoutFiles() {
    WideResults less = withoutDetail();
    boolean lost = filesLost || !files.isEmpty();
    return new WideResults("[]", less.displayTruncated, List.of(), lost, null, usage);
  }

  void write(JsonGenerator json) {
    json.writeName("display");
    json.writeRawValue(displayJson);
    if (displayTruncated) {
      json.writeBooleanProperty("display_truncated", true);
    }
    json.writeName("files");
    json.writeStartArray();
    files.forEach(file -> write(json, file));
    json.writeEndArray();
    if (filesLost) {
      json.writeBooleanProperty("files_lost", true);
    }
    if (usage != null) {
      json.writeName("usage");
      json.writeStartObject();
      json.writeNumberProperty("cpu_ms", usage.cpuMs());
      json.writeNumberProperty("memory_peak_bytes", usage.memoryPeakBytes());
      json.writeNumberProperty("output_bytes", usage.outputBytes());
      json.writeStringProperty("source", usage.source());
      json.writeEndObject();
    }
    if (network != null) {
      json.writeName("network");
      json.writeStartArray();
      network.forEach(connection -> write(json, connection));
      json.writeEndArray();
    }
    if (errorDetailJson != null) {
      json.writeName("error_detail");
      json.writeRawValue(errorDetailJson);
    }
  }

  private static void write(JsonGenerator json, MadeFile file) {
    json.writeStartObject();
    json.writeStringProperty("path", file.path());
    json.writeNumberProperty("size", file.size());
    writeIfThere(json, "sha256", file.sha256());
    writeIfThere(json, "media_type", file.mediaType());
    writeIfThere(json, "file_id", file.fileId());
    writeIfThere(json, "content", file.content());
    writeIfThere(json, "encoding", file.encoding());
    writeIfThere(json, "omitted", file.omitted());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Connection connection) {
    json.writeStartObject();
    json.writeStringProperty("host", connection.host());
    json.writeNumberProperty("port", connection.port());
    json.writeBooleanProperty("allowed", connection.allowed());
    json.writeNumberProperty("bytes_in", connection.bytesIn());
    json.writeNumberProperty("bytes_out", connection.bytesOut());
    json.writeNumberProperty("ms", connection.ms());
    json.writeEndObject();
  }

  private static void writeIfThere(JsonGenerator json, String name, @Nullable String value) {
    if (value != null) {
      json.writeStringProperty(name, value);
    }
  }
}
