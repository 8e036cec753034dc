package io.millrace.worker.environment;

import io.millrace.files.Digest;
import io.millrace.files.FileStore;
import io.millrace.files.FileStoreException;
import io.millrace.store.Environments.Row;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
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

  private static final String SIZE = ".size";
  private static final String PART = "part-";

  private final Path folder;
  private final long most;
  private final @Nullable FileStore store;
  private final Clock clock;
  private final Map<Integer, List<String>> bySlot = new ConcurrentHashMap<>();
  private final Map<String, Instant> renewed = new ConcurrentHashMap<>();

  /** {@code store} is null where this worker has none: what is there already serves. */
  public EnvironmentFolder(Path folder, long most, @Nullable FileStore store, Clock clock) {
    this.folder = folder;
    this.most = most;
    this.store = store;
    this.clock = clock;
  }

  /** Makes the folder where it is missing, and lets go of what a worker that died was fetching. */
  public Path open() throws IOException {
    Files.createDirectories(folder);
    Path ours = Files.createTempDirectory(folder, PART);
    String owner = Files.getOwner(folder).getName();
    if (!owner.equals("root") && !owner.equals(Files.getOwner(ours).getName())) {
      throw new IOException(
          "%s is %s's: set millrace.packages.folder to one of this worker's own"
              .formatted(folder, owner));
    }
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, PART + "*")) {
      for (Path part : parts) {
        FileSystemUtils.deleteRecursively(part);
      }
    }
    if (Files.isWritable(folder)) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return folder.toRealPath();
  }

  /**
   * Sees to it that a set is there when it returns true; false when the store has it no more.
   *
   * @param slot whose job needs it
   * @throws IOException when it cannot be fetched now: the store is away, or the disk is full
   */
  public boolean ensure(Row row, int slot) throws IOException {
    use(row.name(), slot);
    Path place = folder.resolve(row.name());
    if (!isThere(place) && !fetch(row, place)) {
      return false;
    }
    Files.setLastModifiedTime(folder.resolve(row.name() + SIZE), FileTime.from(clock.instant()));
    renew(row);
    return true;
  }

  private void use(String name, int slot) {
    bySlot.compute(
        slot,
        (number, before) -> {
          List<String> names = new ArrayList<>(before == null ? List.of() : before);
          names.remove(name);
          names.add(name);
          return List.copyOf(names.subList(Math.max(0, names.size() - OF_A_SLOT), names.size()));
        });
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
    Path part = Files.createTempDirectory(folder, PART);
    try {
      Optional<InputStream> content = store.read(owner(row.key()), row.fileId(), 0, row.size());
      if (content.isEmpty()) {
        return false;
      }
      long size = unpack(content.get(), row, part);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.writeString(folder.resolve(row.name() + SIZE), Long.toString(size));
      Files.move(part, place);
      letGo();
      return true;
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      return true; // another worker of this machine was faster
    } catch (FileStoreException e) {
      throw new IOException("the store of files is away: " + e.getMessage(), e);
    } finally {
      FileSystemUtils.deleteRecursively(part);
    }
  }

  /** Who owns a set's file in the store: no key of the API's can have this name. */
  static String owner(String key) {
    return "environment:" + key;
  }

  private static long unpack(InputStream content, Row row, Path part) throws IOException {
    Digest digest = new Digest();
    long size = 0;
    try (InputStream digested = digest.over(new BufferedInputStream(content))) {
      ZipInputStream zip = new ZipInputStream(digested);
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = part.resolve(entry.getName()).normalize();
        if (!file.startsWith(part)) {
          throw new IOException("a set of packages has a file that would lie elsewhere");
        }
        makeFolders(part, file);
        size += Files.copy(zip, file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      }
      digested.transferTo(java.io.OutputStream.nullOutputStream());
    }
    if (!digest.end().equals(row.name())) {
      throw new IOException("the file of a set of packages has another digest than its name");
    }
    return size;
  }

  private static void makeFolders(Path part, Path file) throws IOException {
    for (Path parent = file.getParent();
        parent != null && !parent.equals(part) && !Files.isDirectory(parent);
        parent = parent.getParent()) {
      Files.createDirectories(parent);
      Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private void renew(Row row) {
    Instant last = renewed.get(row.key());
    if (store == null || last != null && last.plus(RENEW).isAfter(clock.instant())) {
      return;
    }
    renewed.put(row.key(), clock.instant());
    try {
      store.renew(owner(row.key()), row.fileId());
    } catch (FileStoreException e) {
      log.info(
          "The store of files is away; a set of packages is renewed later: {}", e.getMessage());
      renewed.remove(row.key());
    }
  }

  private record Kept(String name, long size, Instant used) {}

  private void letGo() throws IOException {
    List<Kept> kept = new ArrayList<>();
    try (DirectoryStream<Path> sizes = Files.newDirectoryStream(folder, "*" + SIZE)) {
      for (Path size : sizes) {
        String file = String.valueOf(size.getFileName());
        kept.add(
            new Kept(
                file.substring(0, file.length() - SIZE.length()),
                Long.parseLong(Files.readString(size).strip()),
                Files.getLastModifiedTime(size).toInstant()));
      }
    }
    long total = kept.stream().mapToLong(Kept::size).sum();
    kept.sort(Comparator.comparing(Kept::used));
    for (Kept each : kept) {
      if (total > most && isFree(each.name())) {
        Files.delete(folder.resolve(each.name() + SIZE));
        FileSystemUtils.deleteRecursively(folder.resolve(each.name()));
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
