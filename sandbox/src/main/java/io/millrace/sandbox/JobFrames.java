package io.millrace.sandbox;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The frames by which a job is handed to the helper: JOB, and DATA with a wide one's inputs. */
final class JobFrames {

  /** Takes a frame, as fast as the helper reads. */
  interface Sender {
    void send(Frame frame) throws IOException;
  }

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_DATA = 1 << 20;
  private static final int PIECE = 1 << 16;

  private JobFrames() {}

  static Frame job(Program job, @Nullable WideRequest wide) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("job_id", job.jobId().toString());
    header.put("timeout_ms", job.timeout() * 1000L);
    header.put("stream", true);
    if (job.network() != null) {
      header.put("network", told(job.network()));
    }
    if (job.packages() != null) {
      header.put(
          "environment",
          Map.of("name", job.packages().name(), "imports", job.packages().imports()));
    }
    if (wide != null) {
      header.put("wide", told(wide));
    }
    byte[] head = JSON.writeValueAsBytes(header);
    byte[] code = job.code().getBytes(StandardCharsets.UTF_8);
    byte[] payload =
        ByteBuffer.allocate(Integer.BYTES + head.length + code.length)
            .putInt(head.length)
            .put(head)
            .put(code)
            .array();
    return new Frame(Frame.JOB, payload);
  }

  private static Map<String, Object> told(NetworkAccess network) {
    return Map.of(
        "proxy", network.proxy(),
        "token", network.token(),
        "connections", network.connections(),
        "rate", network.rate());
  }

  private static Map<String, Object> told(WideRequest wide) {
    Map<String, Object> told = new LinkedHashMap<>();
    if (wide.inputJson() != null) {
      told.put("input", utf8(wide.inputJson()).length);
    }
    if (wide.stdin() != null) {
      told.put("stdin", utf8(wide.stdin()).length);
    }
    if (wide.memoryBytes() != null) {
      told.put("memory_bytes", wide.memoryBytes());
    }
    told.put("args", wide.args());
    told.put("env", wide.env());
    told.put("outputs", wide.outputs());
    told.put(
        "files",
        wide.files().stream().map(f -> Map.of("path", f.path(), "size", f.size())).toList());
    told.put("display", true);
    told.put("error_detail", true);
    return told;
  }

  /** Sends all that JOB has named; throws where a file cannot be read, or the helper takes none. */
  static void sendInputs(String jobId, WideRequest wide, Sender sender) throws IOException {
    for (String text : new String[] {wide.inputJson(), wide.stdin()}) {
      if (text != null) {
        byte[] data = utf8(text);
        for (int at = 0; at < data.length; at += MOST_DATA) {
          sender.send(
              Frame.tagged(Frame.DATA, jobId, data, at, Math.min(MOST_DATA, data.length - at)));
        }
      }
    }
    for (InputFile file : wide.files()) {
      sendFile(jobId, file, sender);
    }
  }

  private static void sendFile(String jobId, InputFile file, Sender sender) throws IOException {
    byte[] piece = new byte[PIECE];
    try (InputStream content = file.content().open()) {
      for (long left = file.size(); left > 0; ) {
        int count = content.read(piece, 0, (int) Math.min(piece.length, left));
        if (count < 0) {
          throw new EOFException("an input has " + left + " bytes less than " + file.size());
        }
        sender.send(Frame.tagged(Frame.DATA, jobId, piece, 0, count));
        left -= count;
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
