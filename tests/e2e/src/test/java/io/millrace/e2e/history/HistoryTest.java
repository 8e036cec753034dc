package io.millrace.e2e.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {

  @TempDir Path folder;

  @Test
  void everyEventIsALineThatReadsBackAsItWas() throws IOException {
    List<Event> events = new FakeService().history();
    Path file = folder.resolve("history.jsonl");
    try (History history = History.begin(file)) {
      events.forEach(history::add);

      assertThat(history.events()).isEqualTo(events);
    }
    assertThat(Files.readAllLines(file)).hasSameSizeAs(events);
    assertThat(History.read(file)).isEqualTo(events);
  }
}
