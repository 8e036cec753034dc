package io.millrace.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.TestGateway;
import io.millrace.standalone.testing.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("services")
class FilesTest {

  private static final int MOST = 1_000_000;
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private static Path folder;
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start("millrace.files.store=dir:" + folder, "millrace.files.max-size=" + MOST);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void bytesComeBackAsTheyWereSent() {
    byte[] sent = random(MOST);

    JsonNode file =
        created(upload("?name=data.bin", "image/png", BodyPublishers.ofByteArray(sent)));

    assertThat(file.path("name").asString()).isEqualTo("data.bin");
    assertThat(file.path("size").asLong()).isEqualTo(MOST);
    assertThat(file.path("media_type").asString()).isEqualTo("image/png");
    HttpResponse<byte[]> bytes = get(file, "");
    assertThat(bytes.statusCode()).isEqualTo(200);
    assertThat(bytes.body()).isEqualTo(sent);
    assertThat(header(bytes, "Content-Type")).isEqualTo("image/png");
    assertThat(header(bytes, "Content-Disposition")).startsWith("attachment;").contains("data.bin");
    assertThat(header(bytes, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(bytes, "ETag")).isEqualTo('"' + file.path("sha256").asString() + '"');
    assertThat(Arrays.copyOf(get(file, "?meta").body(), 12))
        .isEqualTo("{\"file_id\":\"".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aFormsFileIsKeptWhateverStandsBesideIt() {
    String form =
        "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\ntest\r\n"
            + "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n"
            + "Content-Type: text/csv\r\n\r\na,b\n1,2\n\r\n"
            + "--B\r\nContent-Disposition: form-data; name=\"last\"\r\n\r\nx\r\n--B--\r\n";

    JsonNode file =
        created(upload("", "multipart/form-data; boundary=B", BodyPublishers.ofString(form)));

    assertThat(file.path("name").asString()).isEqualTo("a.csv");
    assertThat(file.path("media_type").asString()).isEqualTo("text/csv");
    assertThat(get(file, "").body()).asString().isEqualTo("a,b\n1,2\n");
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=3-6,206,3456,bytes 3-6/10",
    "bytes=7-,206,789,bytes 7-9/10",
    "bytes=-2,206,89,bytes 8-9/10",
    "bytes=8-99,206,89,bytes 8-9/10",
    "bytes=10-,416,,bytes */10",
    "'bytes=0-1,3-4',200,0123456789,",
    "pages=1-2,200,0123456789,"
  })
  void aRangeIsSentAsAsked(String range, int status, String body, String contentRange) {
    JsonNode file = created(upload("?name=digits", "text/plain", text("0123456789")));

    HttpResponse<byte[]> part = get(file, "", "Range", range);

    assertThat(part.statusCode()).isEqualTo(status);
    assertThat(new String(part.body(), StandardCharsets.UTF_8)).isEqualTo(body == null ? "" : body);
    assertThat(part.headers().firstValue("Content-Range").orElse(null)).isEqualTo(contentRange);
  }

  @Test
  void whatACallerHasAlreadyIsNotSentAgain() {
    JsonNode file = created(upload("?name=same", "text/plain", text("same")));
    String etag = '"' + file.path("sha256").asString() + '"';

    assertThat(get(file, "", "If-None-Match", etag).statusCode()).isEqualTo(304);
    HttpResponse<byte[]> changed = get(file, "", "Range", "bytes=0-0", "If-Range", "\"other\"");
    assertThat(changed.statusCode()).isEqualTo(200);
  }

  @Test
  void aHeadTellsAllButTheBytes() {
    JsonNode file = created(upload("?name=head", "text/plain", text("12345")));

    HttpResponse<byte[]> head =
        send(request(path(file), TestGateway.KEY).method("HEAD", BodyPublishers.noBody()));

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(header(head, "Content-Length")).isEqualTo("5");
    assertThat(head.body()).isEmpty();
  }

  @Test
  void aKeySeesItsOwnFilesOnly() {
    JsonNode file = created(upload("?name=mine", "text/plain", text("mine")));

    for (String method : new String[] {"GET", "HEAD", "DELETE"}) {
      assertThat(
              send(request(path(file), TestGateway.OTHER_KEY)
                      .method(method, BodyPublishers.noBody()))
                  .statusCode())
          .as(method)
          .isEqualTo(404);
    }
    assertThat(get(file, "").statusCode()).isEqualTo(200);
  }

  @Test
  void aListGoesOnWhereItsPageEnds() {
    for (int i = 0; i < 3; i++) {
      created(send(request("/v1/files?name=list-" + i, TestGateway.OTHER_KEY).POST(text("x"))));
    }
    JsonNode first = list("?limit=2");
    JsonNode second = list("?limit=2&cursor=" + first.path("next_cursor").asString());

    assertThat(first.path("files").size()).isEqualTo(2);
    assertThat(second.path("files").size()).isEqualTo(1);
    assertThat(second.path("next_cursor").isNull()).isTrue();
  }

  @Test
  void aDeletedFileIsGone() {
    JsonNode file = created(upload("?name=gone", "text/plain", text("x")));

    assertThat(send(request(path(file), TestGateway.KEY).DELETE()).statusCode()).isEqualTo(204);
    assertThat(send(request(path(file), TestGateway.KEY).DELETE()).statusCode()).isEqualTo(404);
    assertThat(get(file, "").statusCode()).isEqualTo(404);
    assertThat(get(file, "?meta").statusCode()).isEqualTo(404);
  }

  @Test
  void whatIsTooLargeIsRefusedAnnouncedOrNot() throws IOException {
    long before = kept();
    byte[] tooMuch = new byte[MOST + 1];

    assertThat(upload("?name=l", "text/plain", BodyPublishers.ofByteArray(tooMuch)).statusCode())
        .isEqualTo(413);
    assertThat(
            upload(
                    "?name=l",
                    "text/plain",
                    BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(tooMuch)))
                .statusCode())
        .isEqualTo(413);
    assertThat(kept()).isEqualTo(before);
  }

  @Test
  void anUploadThatIsCutLeavesNothing() throws IOException {
    long before = kept();
    try (Socket caller = new Socket("127.0.0.1", gateway.port())) {
      OutputStream out = caller.getOutputStream();
      out.write(
          ("POST /v1/files?name=cut HTTP/1.1\r\nHost: x\r\nx-api-key: "
                  + TestGateway.KEY
                  + "\r\nContent-Length: 500000\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[200_000]);
      out.flush();
      Eventually.holds(() -> files("moving") > 0);
    }

    Eventually.holds(() -> files("moving") == 0);
    assertThat(kept()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?name=", "?name=a%0Ab", "?name=%00"})
  void aNameThatIsNoneIsRefusedWithWhatToSend(String query) {
    HttpResponse<byte[]> refused = upload(query, "text/plain", text("x"));

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).asString().contains("?name=data.csv");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no form",
        "--B\r\n\r\nx\r\n--B--\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nno file\r\n--B--\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"other\"; filename=\"x\"\r\n\r\nx\r\n--B--\r\n"
      })
  void aFormWithoutTheFileIsRefused(String form) throws IOException {
    long before = kept();

    HttpResponse<byte[]> refused =
        upload("", "multipart/form-data; boundary=B", BodyPublishers.ofString(form));

    assertThat(refused.statusCode()).as(new String(refused.body())).isEqualTo(400);
    assertThat(kept()).isEqualTo(before);
  }

  private static long kept() {
    return files("files");
  }

  private static long files(String below) {
    try (Stream<Path> all = Files.walk(folder.resolve(below))) {
      return all.filter(Files::isRegularFile).count();
    } catch (IOException | java.io.UncheckedIOException e) {
      return -1;
    }
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static BodyPublisher text(String text) {
    return BodyPublishers.ofString(text);
  }

  private static HttpResponse<byte[]> upload(String query, String mediaType, BodyPublisher body) {
    return send(
        request("/v1/files" + query, TestGateway.KEY).header("Content-Type", mediaType).POST(body));
  }

  private static JsonNode created(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).as(new String(answer.body())).isEqualTo(201);
    return JSON.readTree(answer.body());
  }

  private static JsonNode list(String query) {
    return JSON.readTree(send(request("/v1/files" + query, TestGateway.OTHER_KEY).GET()).body());
  }

  private static HttpResponse<byte[]> get(JsonNode file, String query, String... headers) {
    HttpRequest.Builder request = request(path(file) + query, TestGateway.KEY).GET();
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static String path(JsonNode file) {
    return "/v1/files/" + file.path("file_id").asString();
  }

  private static String header(HttpResponse<byte[]> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static HttpRequest.Builder request(String path, String key) {
    return requestOf(gateway, path, key);
  }

  private static HttpRequest.Builder requestOf(TestGateway of, String path, String key) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + of.port() + path))
        .header("x-api-key", key);
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
