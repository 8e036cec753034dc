package io.millrace.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One row of {@code requests.jsonl} or {@code more-requests.jsonl}. */
record WireCase(String id, JsonNode row) {

  static final String PATH = "/v1/code/execute/python";
  private static final JsonMapper JSON = new JsonMapper();

  static Stream<WireCase> all() {
    return Stream.of("/requests.jsonl", "/more-requests.jsonl").flatMap(WireCase::rows);
  }

  private static Stream<WireCase> rows(String file) {
    try (InputStream rows = WireCase.class.getResourceAsStream(file)) {
      List<WireCase> cases = new ArrayList<>();
      for (String line : new String(rows.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        JsonNode row = JSON.readTree(line);
        cases.add(new WireCase(row.get("id").asString(), row));
      }
      return cases.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One step that puts bytes on the wire; empty for the others. */
  static byte[] bytes(JsonNode step, String host, String key) {
    if (step.has("utf8")) {
      return fill(step.get("utf8").asString(), host, key).getBytes(StandardCharsets.UTF_8);
    }
    if (step.has("hex")) {
      return HexFormat.of().parseHex(step.get("hex").asString());
    }
    if (step.has("repeat")) {
      return step.get("repeat")
          .asString()
          .repeat(step.get("n").asInt())
          .getBytes(StandardCharsets.UTF_8);
    }
    if (step.has("repeat_fmt")) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < step.get("n").asInt(); i++) {
        text.append(step.get("repeat_fmt").asString().replace("%d", Integer.toString(i)));
      }
      return text.toString().getBytes(StandardCharsets.UTF_8);
    }
    return step.has("gzip_of_repeat") ? gzip(step) : new byte[0];
  }

  private static byte[] gzip(JsonNode step) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] piece =
        step.get("gzip_of_repeat").asString().repeat(1024).getBytes(StandardCharsets.UTF_8);
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      for (int i = 0; i < step.get("n").asInt() / 1024; i++) {
        gzip.write(piece);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String fill(String text, String host, String key) {
    return text.replace("{{HOST}}", host)
        .replace("{{PATH}}", PATH)
        .replace("{{KEY}}", key)
        .replace("{{KEY_PREFIX}}", key.substring(0, key.length() - 4))
        .replace("{{KEY_SWAPCASE}}", swapCase(key));
  }

  private static String swapCase(String key) {
    StringBuilder swapped = new StringBuilder();
    for (char each : key.toCharArray()) {
      String one = String.valueOf(each);
      swapped.append(
          Character.isUpperCase(each)
              ? one.toLowerCase(Locale.ROOT)
              : one.toUpperCase(Locale.ROOT));
    }
    return swapped.toString();
  }

  @Override
  public String toString() {
    return id + ": " + row.get("what").asString();
  }
}
