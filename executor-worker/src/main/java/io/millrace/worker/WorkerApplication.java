package io.millrace.worker;

import io.millrace.QueueConfiguration;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Import;

/**
 * The worker's process; its settings are in {@code worker.yml}. It serves nothing but its health
 * and metrics, so the gateway's port and address mean nothing to it.
 */
@SpringBootApplication
@Import(QueueConfiguration.class)
public class WorkerApplication {

  private static final String PORT = "--server.port=${management.server.port:9091}";
  private static final String ADDRESS = "--server.address=${MANAGEMENT_SERVER_ADDRESS:127.0.0.1}";

  /** There is one server: Boot refuses to start when the management has an address of its own. */
  private static final String NO_OTHER_ADDRESS = "--management.server.address=";

  public static void main(String[] arguments) {
    new SpringApplicationBuilder(WorkerApplication.class)
        .properties("spring.config.name=worker")
        .run(
            Stream.concat(Stream.of(arguments), Stream.of(PORT, ADDRESS, NO_OTHER_ADDRESS))
                .toArray(String[]::new));
  }
}
