package io.millrace.bench.part;

import io.millrace.bench.Measured;
import io.millrace.bench.Samples;
import java.util.ArrayList;
import java.util.List;

/** Both sides in short turns, so that whatever else the machine does meets both alike. */
record Rounds(Measured bare, Measured ours) {

  /** How many jobs a turn has. */
  static final int TURN = 20;

  /** Measures so many jobs. */
  interface Side {
    Measured run(int jobs) throws InterruptedException;
  }

  static Rounds measure(int jobs, Side bare, Side ours) throws InterruptedException {
    List<Measured> bareTurns = new ArrayList<>();
    List<Measured> ourTurns = new ArrayList<>();
    for (int done = 0; done < jobs; done += TURN) {
      int turn = Math.min(TURN, jobs - done);
      bareTurns.add(bare.run(turn));
      ourTurns.add(ours.run(turn));
    }
    return new Rounds(together(bareTurns), together(ourTurns));
  }

  /** One load that was measured in turns. */
  static Measured together(List<Measured> turns) {
    double[] millis =
        turns.stream().map(Measured::samples).flatMapToDouble(Samples::stream).toArray();
    double seconds = turns.stream().mapToDouble(Measured::seconds).sum();
    int errors = turns.stream().mapToInt(Measured::errors).sum();
    List<String> complaints =
        turns.stream().flatMap(turn -> turn.complaints().stream()).limit(3).toList();
    return new Measured(Samples.of(millis), seconds, errors, complaints);
  }
}
