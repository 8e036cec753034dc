package io.millrace.standalone;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where everything is kept and listens; from the environment.
 *
 * @param dataDir MILLRACE_DATA_DIR, {@code .millrace} below the working directory by default
 * @param kafkaPort MILLRACE_KAFKA_PORT, 9092 by default; 0 is a free one, as for all of them
 * @param redisPort MILLRACE_REDIS_PORT, 6379 by default
 * @param serverPort SERVER_PORT of the gateway, 8080 by default
 * @param managementPort MANAGEMENT_SERVER_PORT of the gateway, 9090 by default
 */
record StandaloneSettings(
    Path dataDir, int kafkaPort, int redisPort, int serverPort, int managementPort) {
  static final String DATA_DIR = "MILLRACE_DATA_DIR";
  static final String KAFKA_PORT = "MILLRACE_KAFKA_PORT";
  static final String REDIS_PORT = "MILLRACE_REDIS_PORT";
  static final String SERVER_PORT = "SERVER_PORT";
  static final String MANAGEMENT_PORT = "MANAGEMENT_SERVER_PORT";

  private static final int HIGHEST_PORT = 65_535;

  /**
   * @throws UnusableSettingException when a port or the folder is none
   */
  static StandaloneSettings from(Map<String, String> environment) {
    return new StandaloneSettings(
        folder(orDefault(environment, DATA_DIR, ".millrace")),
        port(environment, KAFKA_PORT, "9092"),
        port(environment, REDIS_PORT, "6379"),
        port(environment, SERVER_PORT, "8080"),
        port(environment, MANAGEMENT_PORT, "9090"));
  }

  /**
   * The same with every port chosen, so that a restart finds it again, and reserved.
   *
   * @throws UnusableSettingException when one cannot be used
   */
  StandaloneSettings withPortsOf(PortReservations ports) {
    return new StandaloneSettings(
        dataDir,
        ports.take(KAFKA_PORT, kafkaPort),
        ports.take(REDIS_PORT, redisPort),
        ports.take(SERVER_PORT, serverPort),
        ports.take(MANAGEMENT_PORT, managementPort));
  }

  /** Where the gateway answers. */
  String url() {
    return "http://localhost:" + serverPort;
  }

  private static Path folder(String value) {
    try {
      return Path.of(value).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new UnusableSettingException(
          DATA_DIR,
          "'" + value + "' is no folder in this locale; set another one, or LC_ALL=C.UTF-8");
    }
  }

  private static int port(Map<String, String> environment, String setting, String standard) {
    String value = orDefault(environment, setting, standard);
    try {
      int port = Integer.parseInt(value);
      if (port >= 0 && port <= HIGHEST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    throw new UnusableSettingException(
        setting, "'" + value + "' is no port; it must be a number from 0 to " + HIGHEST_PORT);
  }

  private static String orDefault(
      Map<String, String> environment, String setting, String standard) {
    String value = environment.getOrDefault(setting, "");
    return value.isBlank() ? standard : value.strip();
  }
}
