package io.millrace.gateway.support;

import io.millrace.gateway.GatewayApplication;
import io.millrace.gateway.queue.QueueMonitor;
import io.millrace.standalone.testing.Eventually;
import io.millrace.standalone.testing.SharedInfrastructure;
import io.millrace.store.QueueGauge;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A gateway on free ports, on the shared broker and Redis unless told otherwise. */
public final class TestGateway implements AutoCloseable {

  /** The key of most tests. */
  public static final String KEY = "Test-Key-0123456789abcdef";

  /** A key of somebody else. */
  public static final String OTHER_KEY = "Other-Key-0123456789abcdef";

  /** Costs each start a second, which tests have no use for. */
  private static final String REHEARSAL = "millrace.gateway.rehearsal=";

  private final ConfigurableApplicationContext context;

  private TestGateway(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /** Starts one with further settings, {@code name=value}, and ends what other tests left. */
  public static TestGateway start(String... settings) {
    TestGateway gateway = startBeside(settings);
    QueueGauge gauge = gateway.bean(QueueGauge.class);
    if (gauge.read().queueLength() > 0) {
      try (HandWorker worker = new HandWorker(gateway.context(), HandWorker::echo)) {
        Eventually.holds("the queue is empty", () -> gauge.read().queueLength() == 0);
      }
    }
    return gateway;
  }

  /** Starts one that finds the jobs that wait. */
  public static TestGateway startBeside(String... settings) {
    SharedInfrastructure shared = SharedInfrastructure.get();
    return startOn(shared.bootstrapServers(), shared.redisHost(), shared.redisPort(), settings);
  }

  /** Starts one on these stores. */
  public static TestGateway startOn(
      String bootstrapServers, String redisHost, int redisPort, String... settings) {
    List<String> arguments = new ArrayList<>();
    arguments.add("server.port=0");
    arguments.add("management.server.port=0");
    arguments.add("spring.kafka.bootstrap-servers=" + bootstrapServers);
    arguments.add("spring.data.redis.host=" + redisHost);
    arguments.add("spring.data.redis.port=" + redisPort);
    arguments.add("millrace.api-keys=tester:" + KEY + ",other:" + OTHER_KEY);
    arguments.add("logging.level.root=WARN");
    // The hand that plays the worker holds a job as long as the test wants, and says nothing.
    arguments.add("millrace.queue.lease=10m");
    arguments.addAll(List.of(settings));
    if (arguments.stream().noneMatch(each -> each.startsWith(REHEARSAL))) {
      arguments.add(REHEARSAL + 0);
    }
    TestGateway gateway =
        new TestGateway(
            GatewayApplication.builder()
                .run(arguments.stream().map(each -> "--" + each).toArray(String[]::new)));
    Eventually.holds(() -> gateway.bean(QueueMonitor.class).isUp());
    return gateway;
  }

  public int port() {
    WebServerApplicationContext server = (WebServerApplicationContext) context;
    return Objects.requireNonNull(server.getWebServer()).getPort();
  }

  public int managementPort() {
    return Integer.parseInt(
        String.valueOf(context.getEnvironment().getProperty("local.management.port")));
  }

  public ConfigurableApplicationContext context() {
    return context;
  }

  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  @Override
  public void close() {
    context.close();
  }
}
