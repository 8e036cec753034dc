package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bench.part.Burst;
import io.millrace.bench.report.Section;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class AnotherEndpointTest {

  @Test
  void codeGoesIntoTheTemplateAsJsonAndHeadersGoAlong() throws Exception {
    try (AnotherService service =
        new AnotherService((exchange, body) -> AnotherService.say(exchange, 200, "said \"x\""))) {
      Measured measured = Callers.sequential(service.endpoint(), "print('\"x\"')\n", "\"x\"", 2);
      assertThat(measured.errors()).isZero();
      assertThat(service.bodies).containsOnly("t {\"source\": \"print('\\\"x\\\"')\\n\"}");
    }
  }

  @Test
  void aReplyWithoutTheOutputIsAnError() throws Exception {
    try (AnotherService service =
        new AnotherService((exchange, body) -> AnotherService.say(exchange, 200, "nothing"))) {
      Measured measured = Callers.sequential(service.endpoint(), "print(1)", "expected", 5);
      assertThat(measured.errors()).isEqualTo(5);
      assertThat(measured.samples().size()).isZero();
      assertThat(measured.complaints()).containsOnly("200 nothing");
    }
  }

  @Test
  void aRefusedConnectionIsAnErrorAndNotACrash() throws Exception {
    Endpoint gone;
    try (AnotherService service =
        new AnotherService((exchange, body) -> AnotherService.say(exchange, 200, ""))) {
      gone = service.endpoint();
    }
    assertThat(Callers.sequential(gone, "print(1)", "1", 1).errors()).isEqualTo(1);
  }

  @Test
  void aBurstSendsEachRefusedJobAgainUntilItIsAnswered() throws Exception {
    Map<String, Boolean> refusedBefore = new ConcurrentHashMap<>();
    AnotherService.Behaviour refusesEachJobOnce =
        (exchange, body) -> {
          if (body.contains("job number") && refusedBefore.putIfAbsent(body, true) == null) {
            exchange.getResponseHeaders().set("Retry-After", "0");
            AnotherService.say(exchange, 429, "later");
          } else {
            AnotherService.say(exchange, 200, body);
          }
        };
    try (AnotherService service = new AnotherService(refusesEachJobOnce)) {
      Options options =
          Options.parse(
              "--url",
              service.url().toString(),
              "--header",
              "Token: t",
              "--body",
              "${code}",
              "--burst",
              "50");
      Section section = new Burst().measure(new Lab(options));
      assertThat(section.markdown()).contains("| 50 | 50 | 0 | 50 |");
    }
  }
}
