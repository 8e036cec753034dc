package io.millrace.worker.environment;

import io.millrace.files.FileStore;
import io.millrace.files.FileStoreException;
import io.millrace.files.StoreTrial;
import io.millrace.store.Environments.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * The sets of packages that this machine has, each a folder by its name, fetched from the store of
 * files and held to its digest. The least recently used go first; those go last that a slot had
 * last, since its zygotes see the folder. Thread-safe; one thread fetches at a time.
 */
public final class EnvironmentFolder {

  private static final Logger log = LoggerFactory.getLogger(EnvironmentFolder.class);

  /** Of which a slot of the sandbox keeps zygotes. */
  private static final int OF_A_SLOT = 2;

  /** So often the store hears that a set is used, and keeps it therefore. */
  private static final Duration RENEW = Duration.ofHours(1);

  private static final Duration RENEW_AGAIN = Duration.ofMinutes(1);

  private static final Pattern NAME = Pattern.compile("(?<set>[0-9a-f]{64})(?:\\.size)?");
  private static final String SIZE = ".size";
  private static final String PART = "part-";

  private final Path folder;
  private final long most;
  private final @Nullable FileStore store;
  private final Clock clock;
  private final Map<Integer, List<String>> bySlot = new ConcurrentHashMap<>();
  private final StoreTrial trial;

  /** When the store is told next that a set is used, by the set's key. */
  private final Map<String, Instant> renewed = new ConcurrentHashMap<>();

  /** {@code store} is null where this worker has none: what is there already serves. */
  public EnvironmentFolder(Path folder, long most, @Nullable FileStore store, Clock clock) {
    this.folder = folder;
    this.most = most;
    this.store = store;
    this.clock = clock;
    this.trial = new StoreTrial(System::nanoTime);
  }

  /** Makes the folder where it is missing, and removes what a worker that died left unfinished. */
  public Path open() throws IOException {
    Files.createDirectories(folder);
    String owner = Files.getOwner(folder).getName();
    Path ours;
    try {
      ours = Files.createTempDirectory(folder, PART);
    } catch (AccessDeniedException e) {
      throw notOurs(owner);
    }
    if (!owner.equals("root") && !owner.equals(Files.getOwner(ours).getName())) {
      throw notOurs(owner);
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path each : all) {
        String name = String.valueOf(each.getFileName());
        Matcher set = NAME.matcher(name);
        if (name.startsWith(PART) || set.matches() && !isThere(folder.resolve(set.group("set")))) {
          FileSystemUtils.deleteRecursively(each);
        }
      }
    }
    if (Files.isWritable(folder)) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return folder.toRealPath();
  }

  private IOException notOurs(String owner) {
    return new IOException(
        "%s is %s's: set millrace.packages.folder to one of this worker's own"
            .formatted(folder, owner));
  }

  /**
   * Sees to it that a set is there when it returns true; false when the store has it no more, or
   * not as it was.
   *
   * @param slot whose job needs it
   * @throws NoRoomException when the disk has no room for it
   * @throws IOException when it cannot be fetched now, since the store is away
   */
  public boolean ensure(Row row, int slot) throws IOException {
    List<String> before = bySlot.getOrDefault(slot, List.of());
    bySlot.put(slot, Stream.concat(before.stream(), Stream.of(row.name())).toList());
    Path place = folder.resolve(row.name());
    boolean there = false;
    try {
      there = isThere(place) || fetch(row, place);
    } finally {
      bySlot.put(slot, there ? lastUsed(before, row.name()) : before);
    }
    if (there) {
      Files.setLastModifiedTime(folder.resolve(row.name() + SIZE), FileTime.from(clock.instant()));
      renew(row);
    }
    return there;
  }

  /** What a slot has zygotes of, from its next job on. */
  private static List<String> lastUsed(List<String> before, String name) {
    List<String> names = new ArrayList<>(before);
    names.remove(name);
    names.add(name);
    return List.copyOf(names.subList(Math.max(0, names.size() - OF_A_SLOT), names.size()));
  }

  private boolean isThere(Path place) {
    return Files.isDirectory(place) && Files.exists(folder.resolve(place.getFileName() + SIZE));
  }

  private synchronized boolean fetch(Row row, Path place) throws IOException {
    if (isThere(place)) {
      return true;
    }
    if (store == null) {
      throw new IOException("this worker has no store of files: set MILLRACE_FILES_STORE");
    }
    if (!trial.mayAsk()) {
      throw new IOException("the store of files failed a moment ago");
    }
    try {
      boolean there = copied(row, place);
      trial.worked();
      return there;
    } catch (NoRoomException e) {
      trial.worked();
      throw e;
    } catch (FileStoreException | UncheckedIOException e) {
      trial.failed();
      throw new IOException("the store of files is away: " + e.getMessage(), e);
    }
  }

  /** A disk that is full gets rid of what no slot uses, and is tried once more. */
  private boolean copied(Row row, Path place) throws IOException {
    try {
      return copy(row, place);
    } catch (IOException e) {
      log.warn(
          "A set of packages finds no room in {}; others make way: {}", folder, e.getMessage());
      letGo(0);
    }
    try {
      return copy(row, place);
    } catch (IOException e) {
      throw new NoRoomException(e);
    }
  }

  /**
   * What the store does wrong shows as {@link FileStoreException} or {@link UncheckedIOException},
   * all else is the disk's.
   */
  private boolean copy(Row row, Path place) throws IOException {
    Files.createDirectories(folder); // a sweeper of temporary files may have taken it
    remove(place); // half of it may be left
    Path part = Files.createTempDirectory(folder, PART);
    try (StoredSet set = StoredSet.open(Objects.requireNonNull(store), row)) {
      if (set == null) {
        return false;
      }
      long size = set.unpack(part);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.writeString(folder.resolve(row.name() + SIZE), Long.toString(size));
      Files.move(part, place);
      letGo(most);
      return true;
    } catch (DamagedSetException e) {
      log.warn("{}: it is deleted, and the set is built again", e.getMessage());
      Objects.requireNonNull(store).delete(owner(row.key()), row.fileId());
      return false;
    } finally {
      FileSystemUtils.deleteRecursively(part);
    }
  }

  private void remove(Path place) throws IOException {
    Files.deleteIfExists(folder.resolve(place.getFileName() + SIZE));
    FileSystemUtils.deleteRecursively(place);
  }

  /** Who owns a set's file in the store: no key of the API's can have this name. */
  static String owner(String key) {
    return "environment:" + key;
  }

  /** In a thread of its own: a store that hangs holds up no job whose packages are here. */
  private void renew(Row row) {
    Instant now = clock.instant();
    Instant next = renewed.get(row.key());
    if (store == null || next != null && next.isAfter(now)) {
      return;
    }
    renewed.put(row.key(), now.plus(RENEW));
    Thread thread = new Thread(() -> renewNow(row), "environments-renew");
    thread.setDaemon(true);
    thread.start();
  }

  private void renewNow(Row row) {
    try {
      Objects.requireNonNull(store).renew(owner(row.key()), row.fileId());
    } catch (FileStoreException e) {
      log.info(
          "The store of files is away; a set of packages is renewed later: {}", e.getMessage());
      renewed.put(row.key(), clock.instant().plus(RENEW_AGAIN));
    }
  }

  private record Kept(String name, long size, Instant used) {}

  /** Until what is kept has {@code bytes} at most, or no more may go. */
  private void letGo(long bytes) throws IOException {
    List<Kept> kept = new ArrayList<>();
    try (DirectoryStream<Path> sizes = Files.newDirectoryStream(folder, "*" + SIZE)) {
      for (Path size : sizes) {
        String file = String.valueOf(size.getFileName());
        kept.add(
            new Kept(
                file.substring(0, file.length() - SIZE.length()),
                sizeIn(size),
                Files.getLastModifiedTime(size).toInstant()));
      }
    }
    long total = kept.stream().mapToLong(Kept::size).sum();
    kept.sort(Comparator.comparing(Kept::used));
    for (Kept each : kept) {
      if (total > bytes && isFree(each.name())) {
        remove(folder.resolve(each.name()));
        total -= each.size();
      }
    }
  }

  private boolean isFree(String name) {
    return bySlot.values().stream().noneMatch(names -> names.contains(name));
  }

  /** Bytes of all that is kept. */
  public double size() {
    try (Stream<Path> sizes = Files.list(folder)) {
      return sizes
          .filter(path -> path.toString().endsWith(SIZE))
          .mapToLong(EnvironmentFolder::sizeIn)
          .sum();
    } catch (IOException e) {
      return 0;
    }
  }

  private static long sizeIn(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
