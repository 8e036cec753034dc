package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import io.millrace.standalone.testing.Wheels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Something that packages come from, or go to, is away, killed or full. */
final class PackageRows {

  private static final Duration SOON = Duration.ofSeconds(30);

  /** A builder's lease, what pip takes, and a machine that is busy. */
  private static final Duration BUILT_AGAIN = Duration.ofSeconds(60);

  private static final String VERSION = "1";
  private static final int KIB = 1024;
  private static final int DISK_KIB = 2000;

  private PackageRows() {}

  static ClusterPlan plan() {
    return ClusterPlan.usual("packages").withFiles(null).withPackages();
  }

  /** The row's own worker is the only one. */
  static ClusterPlan planOfOne() {
    return ClusterPlan.usual("packages-full").withFiles(null).withPackages().of(2, 0);
  }

  /** P1. */
  static void indexAway(Trial trial) throws Exception {
    Wheels index = trial.cluster().index();
    offer(trial, 1, "p1built", "p1fresh", "p1held");
    succeeds(trial, enqueue(trial, "before", "p1built"));
    trial.fault(
        "the index is away",
        () -> {
          index.goAway();
          String fresh = enqueue(trial, "refused", "p1fresh");
          goesOn(trial, "beside", "p1built");
          isRefused(trial, "a job that needs the index", fresh);
          index.comeBack();
        });
    succeeds(trial, enqueue(trial, "again", "p1fresh"));
    index.hold();
    String held = enqueue(trial, "held", "p1held");
    trial.awaitState(held, "preparing", SOON);
    goesOn(trial, "beside-held", "p1built");
    require(trial.state(held).equals("preparing"), "it did not wait: " + trial.state(held));
    index.letGo();
    succeeds(trial, held);
    trial.finish();
  }

  /** P2. */
  static void builderKilled(Trial trial) throws Exception {
    Cluster cluster = trial.cluster();
    Wheels index = cluster.index();
    int kept = cluster.bucket().objects().size();
    offer(trial, 1, "p2new");
    index.hold();
    String job = enqueue(trial, "waits", "p2new");
    Await.until("pip asks for the wheel", SOON, () -> asked(index, "p2new") == 1);
    Role builder = builders(cluster).findFirst().orElseThrow();
    trial.fault(
        "kill -9 of a builder in mid build",
        () -> {
          builder.kill();
          index.letGo();
          trial.figure(
              "the set was built by another, and its job ended, after",
              Await.until("it ended", BUILT_AGAIN, () -> succeeded(trial, job)));
        });
    require(asked(index, "p2new") == 2, "it was fetched " + asked(index, "p2new") + " times");
    int sets = cluster.bucket().objects().size() - kept;
    require(sets == 1, "the store has it " + sets + " times");
    require(builders(cluster).anyMatch(builder::equals), "the builder left nothing: no mid build");
    cluster.heal();
    require(builders(cluster).findAny().isEmpty(), "a folder of the build is left");
    trial.finish();
  }

  /** P3. */
  static void storeAway(Trial trial) throws Exception {
    Cluster cluster = trial.cluster();
    offer(trial, 1, "p3here", "p3elsewhere", "p3new");
    succeeds(trial, enqueue(trial, "builds", "p3elsewhere"));
    cluster.workers().forEach(Role::kill);
    cluster.workers().forEach(PackageRows::emptyItsFolder);
    cluster.heal();
    everywhere(trial, "p3here");
    trial.fault(
        "kill -9 of the S3 server",
        () -> {
          cluster.bucket().kill();
          String elsewhere = enqueue(trial, "elsewhere", "p3elsewhere");
          String fresh = enqueue(trial, "new", "p3new");
          trial.awaitStart(elsewhere, 3, SOON);
          goesOn(trial, "here", "p3here");
          for (String each : List.of(elsewhere, fresh)) {
            String state = trial.state(each);
            require(!state.equals("failed"), "a store that is away failed a job");
          }
          require(asked(cluster.index(), "p3new") == 0, "a set was fetched that nobody can keep");
          cluster.bucket().restart();
          succeeds(trial, elsewhere);
          succeeds(trial, fresh);
        });
    trial.finish();
  }

  /** P4. */
  static void diskFull(Trial trial) throws Exception {
    Cluster cluster = trial.cluster();
    Path disk = Files.createDirectories(cluster.folder().resolve("small-disk"));
    run("mount", "-t", "tmpfs", "-o", "size=" + DISK_KIB + "k", "tmpfs", disk.toString());
    try (Role worker =
        cluster.addWorker(cluster.launch().with("MILLRACE_PACKAGES_FOLDER", disk.toString()))) {
      worker.awaitReady();
      List<String> sets = IntStream.range(0, 8).mapToObj(i -> "p4set" + i).toList();
      offer(trial, DISK_KIB / 6, sets.toArray(String[]::new));
      offer(trial, DISK_KIB * 2, "p4large");
      trial.fault(
          "a disk that has room for five sets",
          () -> {
            sets.forEach(each -> succeeds(trial, enqueue(trial, each, each)));
            require(onDisk(disk) < sets.size(), "all of them are there: it was never full");
            String large = enqueue(trial, "large", "p4large");
            goesOn(trial, "beside", sets.get(sets.size() - 1));
            isRefused(trial, "a job whose set has no room", large);
            sets.forEach(each -> goesOn(trial, "again-" + each, each));
          });
      trial.finish();
    } finally {
      run("umount", "--lazy", disk.toString());
    }
  }

  /** P5. */
  static void allRestarted(Trial trial) throws Exception {
    Cluster cluster = trial.cluster();
    offer(trial, 1, "p5kept");
    everywhere(trial, "p5kept");
    long fetched = cluster.index().asked("");
    cluster.index().goAway();
    trial.forgettingFault(
        "all is killed, Redis and the workers' folders are emptied",
        () -> {
          Stream.concat(cluster.gateways().stream(), cluster.workers().stream())
              .forEach(Role::kill);
          cluster.broker().kill();
          cluster.bucket().kill();
          cluster.redis().commands().say("FLUSHALL");
          cluster.redis().kill();
          cluster.workers().forEach(PackageRows::emptyItsFolder);
          cluster.heal();
          String first = Await.value("a gateway takes jobs", SOON, () -> offered(trial, "p5kept"));
          succeeds(trial, first);
        });
    everywhere(trial, "p5kept");
    require(cluster.index().asked("") == fetched, "the index was asked");
    cluster.index().comeBack();
    trial.finish();
  }

  /** Wheels of a module of their own name, of so many KiB. */
  private static void offer(Trial trial, int kib, String... names) {
    byte[] random = new byte[kib * KIB * 3 / 4];
    new Random(kib).nextBytes(random);
    String text = Base64.getEncoder().encodeToString(random);
    for (String name : names) {
      trial
          .cluster()
          .index()
          .add(
              name, VERSION, Map.of(name + ".py", "name, text = '%s', '%s'".formatted(name, text)));
    }
  }

  private static long asked(Wheels index, String name) {
    return index.asked(Wheels.fileName(name, VERSION));
  }

  private static Program program(String k, String name) {
    return Program.of(k, "import %1$s\nassert %1$s.name == '%1$s'".formatted(name))
        .with("dependencies", List.of(name));
  }

  private static String enqueue(Trial trial, String k, String name) {
    return trial.enqueue(program(k, name));
  }

  /** The job that was accepted; nothing while the gate is shut. */
  private static Optional<String> offered(Trial trial, String name) {
    Program program = program("offered-" + System.nanoTime(), name);
    return trial.driver().submit(program, Mode.ASYNC, 0).join() instanceof Answer.Told told
            && told.status() == 202
        ? Optional.of(told.jobId())
        : Optional.empty();
  }

  private static boolean succeeded(Trial trial, String job) {
    String state = trial.state(job);
    require(!state.equals("failed"), job + " failed: " + trial.client(0).status(job));
    return state.equals("succeeded");
  }

  private static void succeeds(Trial trial, String job) {
    Await.until(job + " succeeds", BUILT_AGAIN, () -> succeeded(trial, job));
  }

  /** A job with packages that are built, and a job without any. */
  private static void goesOn(Trial trial, String k, String name) {
    String with = enqueue(trial, k + "-with", name);
    String without = trial.enqueue(k + "-without", Duration.ZERO);
    trial.figure(
        k + ": a job without packages ended after",
        Await.until("it ended", SOON, () -> succeeded(trial, without)));
    succeeds(trial, with);
  }

  private static void isRefused(Trial trial, String what, String job) {
    trial.figure(
        what + " was refused after",
        Await.until("it failed", BUILT_AGAIN, () -> trial.state(job).equals("failed")));
    String reason = Evidence.reason(trial, job);
    require(reason.equals("dependency_failed"), what + " failed for " + reason);
  }

  /** Until each worker has run a job with it. */
  private static void everywhere(Trial trial, String name) {
    Await.until(
        "each worker has had " + name,
        BUILT_AGAIN,
        () -> {
          List<String> jobs =
              IntStream.range(0, ClusterPlan.SLOTS * 2)
                  .mapToObj(
                      i ->
                          trial.enqueue(
                              Program.sleeping(
                                      name + "-" + i + "-" + System.nanoTime(),
                                      Duration.ofMillis(500))
                                  .with("dependencies", List.of(name))))
                  .toList();
          jobs.forEach(job -> succeeds(trial, job));
          return jobs.stream().map(job -> trial.starts(job).get(0).worker()).distinct().count() > 1;
        });
  }

  private static Path temporary(Role worker) {
    return worker.spec().folder().resolve(worker.name() + "-tmp");
  }

  /** Who builds, or has been killed meanwhile. */
  private static Stream<Role> builders(Cluster cluster) {
    return cluster.workers().stream()
        .filter(
            worker ->
                Stream.of(names(temporary(worker)))
                    .anyMatch(name -> name.startsWith("millrace-build-")));
  }

  private static long onDisk(Path disk) {
    return Stream.of(names(disk)).filter(name -> name.endsWith(".size")).count();
  }

  private static String[] names(Path folder) {
    String[] names = folder.toFile().list();
    return names == null ? new String[0] : names;
  }

  private static void emptyItsFolder(Role worker) {
    String user = System.getProperty("user.name");
    Path folder = temporary(worker).resolve("millrace-environments-" + user);
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .filter(file -> !file.equals(folder))
          .forEach(file -> require(file.toFile().delete(), file + " is not deleted"));
    } catch (IOException e) {
      throw new UncheckedIOException("there is no " + folder, e);
    }
  }

  private static void run(String... command) throws Exception {
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    require(status == 0, String.join(" ", command) + " failed: this row needs root");
  }
}
