package io.millrace.worker;

import io.millrace.QueueConfiguration;
import io.millrace.start.OrderlyEnd;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Import;

/**
 * The worker's process; its settings are in {@code worker.yml}. It serves nothing but its health
 * and metrics, on the management port.
 */
@SpringBootApplication
@Import(QueueConfiguration.class)
public class WorkerApplication {

  /**
   * Boot gives the management a server of its own only beside another one: that one serves nothing,
   * on a free loopback port, whatever the environment says of the gateway's.
   */
  private static final List<String> NO_SERVICE =
      List.of("--server.port=0", "--server.address=127.0.0.1");

  public static void main(String[] arguments) {
    OrderlyEnd.onTermination();
    // Whatever the machine's: Kafka changes case by it, and Turkish has an i of its own.
    Locale.setDefault(Locale.ROOT);
    new SpringApplicationBuilder(WorkerApplication.class)
        .properties("spring.config.name=worker")
        .run(Stream.concat(Stream.of(arguments), NO_SERVICE.stream()).toArray(String[]::new));
  }
}
