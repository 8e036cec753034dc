package io.millrace.gateway.files;

import io.millrace.files.FileStore;
import io.millrace.files.StoredFile;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Files as JSON. */
final class FileView {

  private static final JsonFactory JSON = new JsonFactory();

  private FileView() {}

  static byte[] of(StoredFile file, Duration ttl) {
    return written(json -> write(json, file, ttl));
  }

  static byte[] of(FileStore.Page page, Duration ttl) {
    return written(
        json -> {
          json.writeStartObject();
          json.writeArrayPropertyStart("files");
          page.files().forEach(file -> write(json, file, ttl));
          json.writeEndArray();
          json.writeStringProperty("next_cursor", page.next());
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, StoredFile file, Duration ttl) {
    json.writeStartObject();
    json.writeStringProperty("file_id", file.fileId());
    json.writeStringProperty("name", file.name());
    json.writeNumberProperty("size", file.size());
    json.writeStringProperty("sha256", file.sha256());
    json.writeStringProperty("media_type", file.mediaType());
    json.writeStringProperty("created_at", file.createdAt().toString());
    json.writeStringProperty("expires_at", file.usedAt().plus(ttl).toString());
    json.writeEndObject();
  }

  private static byte[] written(Consumer<JsonGenerator> content) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      content.accept(json);
    }
    return body.toByteArray();
  }
}
