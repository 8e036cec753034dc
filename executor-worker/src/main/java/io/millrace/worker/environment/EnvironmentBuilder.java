package io.millrace.worker.environment;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.files.FileStore;
import io.millrace.files.FileStoreException;
import io.millrace.files.StoredFile;
import io.millrace.files.Upload;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.Reply;
import io.millrace.packages.Requirement;
import io.millrace.packages.Requirement.BadRequirementException;
import io.millrace.queue.JobRecord;
import io.millrace.rescue.Requeuer;
import io.millrace.store.Environments;
import io.millrace.store.Environments.Row;
import io.millrace.store.Environments.Wanted;
import io.millrace.store.JobArchive;
import io.millrace.store.JobEnds;
import io.millrace.store.JobStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;

/**
 * Builds the sets of packages that jobs wait for: each once, by whoever takes it first, under a
 * lease that others see lapse when this process dies. What is built is kept in the store of files;
 * then the jobs go on. What cannot be had ends them. A store that is away ends nothing: it is tried
 * again.
 */
public final class EnvironmentBuilder implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(EnvironmentBuilder.class);

  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final int MOST_DOUBLINGS = 10;
  private static final long KEEP_MILLIS = 2000;
  private static final long LOOK_MILLIS = 1000;
  private static final int BATCH = 500;
  private static final int MOST_NAME_BYTES = 255;
  private static final String NO_IMPORTS = "-";
  private static final String MEDIA_TYPE = "application/zip";

  private final String name;
  private final PackageSettings settings;
  private final Environments environments;
  private final FileStore store;
  private final Pip pip;
  private final Requeuer requeuer;
  private final JobArchive archive;
  private final JobEnds ends;
  private final Reply.Speaker speaker;
  private final Timer built;
  private final Counter refused;
  private final Path place = Path.of(System.getProperty("java.io.tmpdir"));
  private final Semaphore signs = new Semaphore(0);
  private final List<Thread> threads = new ArrayList<>();
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "environments-beat");
            made.setDaemon(true);
            return made;
          });

  /** How often in a row each set was not built here. */
  private final Map<String, Integer> failures = new ConcurrentHashMap<>();

  private volatile boolean running;

  /** {@code name} tells this builder from all others. */
  public EnvironmentBuilder(
      String name,
      PackageSettings settings,
      Environments environments,
      FileStore store,
      Pip pip,
      Requeuer requeuer,
      JobArchive archive,
      JobEnds ends,
      Reply.Speaker speaker,
      MeterRegistry meters) {
    this.name = name;
    this.settings = settings;
    this.environments = environments;
    this.store = store;
    this.pip = pip;
    this.requeuer = requeuer;
    this.archive = archive;
    this.ends = ends;
    this.speaker = speaker;
    this.built = meters.timer("millrace.environments.built");
    this.refused = meters.counter("millrace.environments.refused");
  }

  /** There may be one to build. */
  public void look() {
    signs.release();
  }

  @Override
  public void start() {
    BuildFolder.sweep(place);
    running = true;
    for (int i = 0; i < settings.builds(); i++) {
      Thread thread = new Thread(this::buildThem, "environments-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  @Override
  public void stop() {
    running = false;
    threads.forEach(Thread::interrupt);
    beats.shutdownNow();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  private void buildThem() {
    while (running) {
      try {
        var unused = signs.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        Optional<Wanted> wanted = environments.take(name, LEASE);
        if (wanted.isPresent()) {
          bring(wanted.get());
        }
      } catch (InterruptedException e) {
        return;
      } catch (RedisConnectionFailureException e) {
        log.debug("Redis is away; the builder looks again in a second: {}", e.getMessage());
      } catch (RuntimeException e) {
        log.error("A set of packages was not built, and is tried again", e);
      }
    }
  }

  private void bring(Wanted wanted) {
    long begun = System.nanoTime();
    try (Keeper keeper = new Keeper(wanted.key())) {
      Optional<Row> known = inStore(wanted);
      Row row = known.isPresent() ? known.get() : build(wanted, keeper);
      finish(row);
      failures.remove(wanted.key());
      built.record(Duration.ofNanos(System.nanoTime() - begun));
      log.info("Packages {} are built: {} bytes", row.name().substring(0, 12), row.size());
    } catch (RefusedPackagesException e) {
      refused.increment();
      failures.remove(wanted.key());
      log.info("Packages cannot be had; the jobs that wait for them fail: {}", e.getMessage());
      fail(wanted, e);
    } catch (IOException | FileStoreException e) {
      Duration pause = pauseAfter(failures.merge(wanted.key(), 1, Integer::sum));
      log.warn(
          "A set of packages was not built, and is tried again in {} s: {}",
          pause.toSeconds(),
          e.getMessage());
      environments.giveUp(wanted.key(), name, pause);
    }
  }

  /** Else what is large would be fetched once a second while a disk is full or a store away. */
  static Duration pauseAfter(int failures) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /** Redis may have forgotten what was built. */
  private Optional<Row> inStore(Wanted wanted) {
    return store.list(EnvironmentFolder.owner(wanted.key()), null, 1).files().stream()
        .findFirst()
        .map(file -> row(wanted, file));
  }

  private static Row row(Wanted wanted, StoredFile file) {
    List<String> imports = file.name().isEmpty() ? List.of() : List.of(file.name().split(","));
    return new Row(
        wanted.key(),
        file.sha256(),
        file.fileId(),
        file.size(),
        imports.stream().filter(name -> !name.equals(NO_IMPORTS)).toList());
  }

  private Row build(Wanted wanted, Keeper keeper) throws IOException, RefusedPackagesException {
    try (BuildFolder folder = BuildFolder.make(place)) {
      List<Path> wheels = pip.download(wanted.requirements(), folder.path(), keeper::goesOn);
      EnvironmentPack pack = new EnvironmentPack(settings, names(wanted));
      Path file = folder.path().resolve("packed");
      pack.write(wheels, file);
      try (InputStream content = Files.newInputStream(file)) {
        Upload upload =
            store.put(
                EnvironmentFolder.owner(wanted.key()),
                imports(pack.imports()),
                MEDIA_TYPE,
                content,
                Long.MAX_VALUE);
        return row(wanted, ((Upload.Stored) upload).file());
      }
    }
  }

  private static Set<String> names(Wanted wanted) {
    Set<String> names = new HashSet<>();
    for (String each : wanted.requirements()) {
      try {
        names.add(Requirement.parse(each).name());
      } catch (BadRequirementException e) {
        log.debug("A requirement that the gate let in cannot be read: {}", e.getMessage());
      }
    }
    return names;
  }

  /** As the name of a file in the store, so that nothing else need be kept. */
  private static String imports(List<String> modules) {
    StringBuilder names = new StringBuilder();
    for (String module : modules) {
      if (names.length() + module.length() + 1 <= MOST_NAME_BYTES) {
        names.append(names.isEmpty() ? "" : ",").append(module);
      }
    }
    return names.isEmpty() ? NO_IMPORTS : names.toString();
  }

  private void finish(Row row) {
    List<JobRecord> records = environments.built(row, BATCH);
    requeuer.enqueueAgain(records);
  }

  private void fail(Wanted wanted, RefusedPackagesException why) {
    String error = "The dependencies cannot be had: " + why.getMessage();
    Outcome outcome =
        new Outcome.Failed(new Output("", why.details(), false), "dependency_failed", error, null);
    for (List<UUID> jobs = environments.failed(wanted.key(), BATCH);
        !jobs.isEmpty();
        jobs = environments.failed(wanted.key(), BATCH)) {
      for (UUID jobId : jobs) {
        archive.find(jobId).ifPresent(job -> end(job, outcome));
      }
    }
  }

  private void end(JobStatus job, Outcome outcome) {
    ends.fail(job.jobId(), job.attempt(), Reply.to(job.about(), outcome, speaker));
  }

  /** Keeps the lease until it is closed; false when it was lost. */
  private final class Keeper implements AutoCloseable {

    private final String key;
    private final ScheduledFuture<?> beat;
    private volatile boolean ours = true;

    Keeper(String key) {
      this.key = key;
      this.beat =
          beats.scheduleWithFixedDelay(this::keep, KEEP_MILLIS, KEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    boolean goesOn() {
      return running && ours;
    }

    private void keep() {
      try {
        ours = environments.keep(key, name, LEASE);
      } catch (DataAccessException e) {
        log.debug("Redis is away; what is built is of use all the same: {}", e.getMessage());
      }
    }

    @Override
    public void close() {
      beat.cancel(false);
    }
  }
}
