package io.millrace.standalone;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * What a running {@code ./millrace up} leaves in its data folder, so that {@code status} and {@code
 * stop} find it.
 *
 * @param pid of the supervisor
 * @param settings with the ports that were chosen
 * @param workerPort the worker's management port
 */
record RunningUp(long pid, StandaloneSettings settings, int workerPort) {
  private static final String PID = "pid";
  private static final String WORKER_PORT = "worker-management-port";

  /**
   * The one that runs on the folder now; whether its process lives is told by the folder's lock.
   */
  static Optional<RunningUp> on(Path dataDir) throws IOException {
    if (!Files.exists(file(dataDir)) || !OwnedFolder.isOwned(dataDir)) {
      return Optional.empty();
    }
    Properties read = new Properties();
    try (Reader in = Files.newBufferedReader(file(dataDir))) {
      read.load(in);
    }
    return Optional.of(
        new RunningUp(
            number(read, PID),
            new StandaloneSettings(
                dataDir,
                (int) number(read, StandaloneSettings.KAFKA_PORT),
                (int) number(read, StandaloneSettings.REDIS_PORT),
                (int) number(read, StandaloneSettings.SERVER_PORT),
                (int) number(read, StandaloneSettings.MANAGEMENT_PORT)),
            (int) number(read, WORKER_PORT)));
  }

  private static long number(Properties read, String name) throws IOException {
    try {
      return Long.parseLong(read.getProperty(name, ""));
    } catch (NumberFormatException e) {
      throw new IOException("the file 'up' has no number " + name, e);
    }
  }

  void write() throws IOException {
    Properties written = new Properties();
    written.setProperty(PID, "" + pid);
    written.setProperty(StandaloneSettings.KAFKA_PORT, "" + settings.kafkaPort());
    written.setProperty(StandaloneSettings.REDIS_PORT, "" + settings.redisPort());
    written.setProperty(StandaloneSettings.SERVER_PORT, "" + settings.serverPort());
    written.setProperty(StandaloneSettings.MANAGEMENT_PORT, "" + settings.managementPort());
    written.setProperty(WORKER_PORT, "" + workerPort);
    try (Writer out = Files.newBufferedWriter(file(settings.dataDir()))) {
      written.store(out, "The ./millrace up that has this folder");
    }
  }

  private static Path file(Path dataDir) {
    return dataDir.resolve("up");
  }
}
