package io.millrace.e2e.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** All that happened, kept here and written to a file at once. Thread-safe. */
public final class History implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final List<Event> events = new ArrayList<>();
  private final BufferedWriter file;

  private History(BufferedWriter file) {
    this.file = file;
  }

  /** Begins a history in a new file. */
  public static History begin(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return new History(Files.newBufferedWriter(file));
    } catch (IOException e) {
      throw new UncheckedIOException("no history can be written to " + file, e);
    }
  }

  /** Reads the history that was written to a file. */
  public static List<Event> read(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> JSON.readValue(line, Event.class))
        .toList();
  }

  public synchronized void add(Event event) {
    events.add(event);
    try {
      file.write(JSON.writeValueAsString(event));
      file.newLine();
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written", e);
    }
  }

  /** All events up to now. */
  public synchronized List<Event> events() {
    return List.copyOf(events);
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written", e);
    }
  }
}
