package io.millrace.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.support.Api;
import io.millrace.gateway.support.TestGateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A gateway whose files have no place, or cannot be reached. */
@Tag("services")
class NoFilesTest {

  private static final String JOB =
      "{\"code\":\"\",\"id\":\"its-id\",\"files\":[{\"path\":\"a\",\"file_id\":\""
          + "0".repeat(43)
          + "\"}]}";

  @Test
  void withoutAStoreEachPathSaysHowToHaveOne() throws Exception {
    try (TestGateway bare = TestGateway.start()) {
      for (String path : new String[] {"/v1/files", "/v1/files/x", "/v1/files/x?meta"}) {
        HttpResponse<String> answer = send(request(bare, path).GET());
        assertThat(answer.statusCode()).isEqualTo(501);
        assertThat(answer.body()).contains("no_file_store", "MILLRACE_FILES_STORE");
      }
      HttpResponse<String> job = new Api(bare, TestGateway.KEY).post("/v1/jobs", JOB);
      assertThat(job.statusCode()).isEqualTo(501);
      assertThat(job.body()).contains("no_file_store", "MILLRACE_FILES_STORE", "its-id");
    }
  }

  @Test
  void aStoreThatIsAwayIsOursToSay() throws Exception {
    System.setProperty("aws.accessKeyId", "anybody");
    System.setProperty("aws.secretAccessKey", "any-secret");
    try (TestGateway cutOff =
        TestGateway.start(
            "millrace.files.store=s3://bucket", "millrace.files.s3.endpoint=http://127.0.0.1:1")) {
      HttpResponse<String> answer =
          send(request(cutOff, "/v1/files?name=x").POST(HttpRequest.BodyPublishers.ofString("x")));
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      assertThat(answer.body()).doesNotContain("Exception", "127.0.0.1");
      Api api = new Api(cutOff, TestGateway.KEY);
      HttpResponse<String> job = api.post("/v1/jobs", JOB);
      assertThat(job.statusCode()).as(job.body()).isEqualTo(503);
      assertThat(job.headers().firstValue("Retry-After")).isPresent();
      assertThat(Api.json(api.get("/v1/queue")).path("queue_length").asLong()).isZero();
    }
  }

  private static HttpRequest.Builder request(TestGateway gateway, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
        .header("x-api-key", TestGateway.KEY);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
