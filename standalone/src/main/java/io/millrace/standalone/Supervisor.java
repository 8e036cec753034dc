package io.millrace.standalone;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Everything on one machine: what {@code ./millrace up} runs. Starts the stores, then a gateway and
 * a worker, each as a process of its own; starts again what dies; stops the stores last.
 */
public final class Supervisor {
  private static final int WORKER_MANAGEMENT_PORT = 9091;

  /** Hold the ports and the folder, from the choice on until this process ends. */
  private final PortReservations ports;

  private final OwnedFolder folder;
  private final StandaloneSettings settings;
  private final String apiKeys;
  private final String firstJobsKey = LocalKeys.fresh();
  private final PrintStream out;
  private final Child infrastructure;
  private final Child gateway;
  private final Child worker;

  private Supervisor(
      Map<String, String> environment, Path gatewayJar, Path workerJar, PrintStream out)
      throws IOException {
    StandaloneSettings asked = StandaloneSettings.from(environment);
    DataFolder.make(asked.dataDir());
    folder = claim(asked.dataDir());
    ports = new PortReservations();
    settings = asked.withPortsOf(ports);
    apiKeys = LocalKeys.of(environment, settings.dataDir());
    RunningUp up =
        new RunningUp(
            ProcessHandle.current().pid(), settings, ports.takeOrAnother(WORKER_MANAGEMENT_PORT));
    up.write();
    this.out = out;
    Roles roles = new Roles(up, environment);
    infrastructure = new Child(roles.infrastructure(), out);
    gateway = new Child(roles.gateway(gatewayJar, LocalKeys.with(firstJobsKey, apiKeys)), out);
    worker = new Child(roles.worker(workerJar), out);
  }

  /** The gateway's jar, then the worker's. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    try {
      new Supervisor(System.getenv(), Path.of(arguments[0]), Path.of(arguments[1]), System.out)
          .run();
    } catch (UnusableSettingException | ChildFailedException e) {
      throw Exit.because(e.getMessage());
    } catch (InterruptedException e) {
      // Stopped before everything was up; the shutdown hook does the rest.
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw Exit.because(
          DataFolder.unusable(StandaloneSettings.from(System.getenv()).dataDir(), e).getMessage());
    }
  }

  private static OwnedFolder claim(Path dataDir) throws IOException {
    try {
      return OwnedFolder.claim(dataDir);
    } catch (FolderInUseException e) {
      throw new UnusableSettingException(
          StandaloneSettings.DATA_DIR,
          e.why() + "; stop that one (./millrace stop), or set another folder");
    }
  }

  private void run() throws IOException, InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-everything"));
    startStores();
    startApplications();
    out.println("Running the first jobs, until all is warm ...");
    new FirstJobs(settings.url(), firstJobsKey).run().ifPresent(out::println);
    out.println(Welcome.text(settings, LocalKeys.usable(apiKeys).orElse("YOUR_API_KEY")));
    Thread.currentThread().join();
  }

  private void startStores() throws IOException, InterruptedException {
    out.println("Starting Kafka and Redis ...");
    infrastructure.start();
    Child.awaitReady(infrastructure);
  }

  private void startApplications() throws IOException, InterruptedException {
    out.println("Starting a gateway and a worker ...");
    worker.start();
    gateway.start();
    Child.awaitReady(gateway, worker);
  }

  private void stop() {
    out.println("Stopping: running jobs get their time, the stores go last ...");
    try {
      stop(gateway, worker);
      stop(infrastructure);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void stop(Child... children) throws InterruptedException {
    for (Child child : List.of(children)) {
      child.askToStop();
    }
    for (Child child : List.of(children)) {
      child.awaitStopped();
    }
  }
}
