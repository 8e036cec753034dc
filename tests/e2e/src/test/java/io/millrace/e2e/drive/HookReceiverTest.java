package io.millrace.e2e.drive;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.e2e.history.Event;
import io.millrace.e2e.history.History;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HookReceiverTest {

  private static final String BODY =
      """
      {"endpoint":"/v1/code/execute/python","code":200,"id":"k1","job_id":"j1",\
      "response":{"result":"k1"},"total_time":0.1}""";

  @TempDir Path folder;

  private History history;
  private HookReceiver hooks;

  @BeforeEach
  void start() {
    history = History.begin(folder.resolve("history.jsonl"));
    hooks = HookReceiver.start(history);
  }

  @AfterEach
  void stop() {
    hooks.close();
    history.close();
  }

  @Test
  void itAnswersByItsScriptAndThenWith204() throws Exception {
    hooks.answerWith(500, 410);

    assertThat(List.of(deliver(BODY), deliver(BODY), deliver(BODY))).containsExactly(500, 410, 204);
  }

  @Test
  void aDeliveryIsADeliveryAndAResult() throws Exception {
    deliver(BODY);

    assertThat(history.events())
        .hasSize(2)
        .anyMatch(
            each ->
                each instanceof Event.Hooked hook
                    && hook.jobId().equals("j1")
                    && hook.webhookId().equals("msg_1"))
        .anyMatch(
            each ->
                each instanceof Event.Ended end
                    && end.k().equals("k1")
                    && end.state().equals("succeeded")
                    && end.source().equals("hook"));
  }

  @Test
  void whatIsNoReplyIsADeliveryAllTheSame() throws Exception {
    deliver("surprise");

    assertThat(history.events()).hasOnlyElementsOfType(Event.Hooked.class).hasSize(1);
  }

  private int deliver(String body) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(hooks.url()))
                .header("webhook-id", "msg_1")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
