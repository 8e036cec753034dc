package io.millrace.gateway;

import io.millrace.start.OrderlyEnd;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/**
 * The gateway as a process of its own; its settings are {@code gateway.yml} and the environment.
 */
@SpringBootApplication
@EnableConfigurationProperties(GatewaySettings.class)
public class GatewayApplication {

  /** The builder of the gateway, for those who start it inside another process. */
  public static SpringApplicationBuilder builder() {
    return new SpringApplicationBuilder(GatewayApplication.class)
        .properties(Map.of("spring.config.name", "gateway"));
  }

  public static void main(String[] args) {
    OrderlyEnd.onTermination();
    StandingAlarms.set();
    // Whatever the machine's: Kafka changes case by it, and Turkish has an i of its own.
    Locale.setDefault(Locale.ROOT);
    builder().run(args);
  }
}
