package io.millrace.e2e.rows;

import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.StartLog;
import io.millrace.e2e.roles.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.stream.Stream;

/** What rows look for in logs and replies. */
final class Evidence {

  private Evidence() {}

  /** Whether a role wrote one of these words in a line about this job. */
  static boolean says(Role role, String jobId, String... words) throws IOException {
    try (Stream<String> lines = Files.lines(role.spec().log())) {
      return lines
          .filter(line -> line.contains(jobId))
          .anyMatch(line -> Stream.of(words).anyMatch(line::contains));
    }
  }

  /** The first job of which this trial's history does not know the name, but a worker does. */
  static Optional<String> firstStart(Trial trial) {
    long since = trial.history().events().get(0).at();
    return trial.cluster().workers().stream()
        .flatMap(worker -> StartLog.read(worker.name(), worker.spec().log()).stream())
        .filter(start -> start.at() >= since)
        .map(start -> start.jobId())
        .findFirst();
  }

  /** The machine word for why a job failed. */
  static String reason(Trial trial, String jobId) {
    return trial.client(0).status(jobId) instanceof Answer.Told told
        ? told.body().path("reply").path("reason").asString("")
        : "";
  }
}
