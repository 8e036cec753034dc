package io.millrace.e2e.drive;

import java.time.Duration;
import java.util.List;

/**
 * A bounded number of programs.
 *
 * @param name the beginning of their names
 * @param jobs how many in all
 * @param clients how many callers send at once, each its next one when it was answered
 * @param length how long each program sleeps
 * @param pause between an answer and the caller's next program
 * @param mode how the callers wait
 * @param outputs how many characters the programs print, one size after the other; none: nothing
 */
public record Load(
    String name,
    int jobs,
    int clients,
    Duration length,
    Duration pause,
    Mode mode,
    List<Integer> outputs) {

  /** How a caller wants its reply. */
  public enum Mode {
    /** On the connection. */
    WAIT,
    /** By asking for it later. */
    ASYNC,
    /** By webhook. */
    WEBHOOK,
    /** One of these after the other. */
    MIXED
  }

  /** Without pauses. */
  public static Load of(String name, int jobs, int clients, Duration length, Mode mode) {
    return new Load(name, jobs, clients, length, Duration.ZERO, mode, List.of());
  }

  /** The same with a pause. */
  public Load pausing(Duration time) {
    return new Load(name, jobs, clients, length, time, mode, outputs);
  }

  /** The same with programs that print so many characters, one size after the other. */
  public Load printing(List<Integer> sizes) {
    return new Load(name, jobs, clients, length, pause, mode, sizes);
  }

  Program program(int number) {
    String k = name + "-" + number;
    return outputs.isEmpty()
        ? Program.sleeping(k, length)
        : Program.printing(k, length, outputs.get(number % outputs.size()));
  }

  Mode mode(int number) {
    return mode == Mode.MIXED ? Mode.values()[number % 3] : mode;
  }
}
