package io.millrace.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder on this machine, or on a file system that all machines share.
 *
 * <pre>
 * files/OWNER/FILE_ID/content      the bytes; their time of change is when the file was last used
 * files/OWNER/FILE_ID/about.json   its name, digest and media type
 * moving/FILE_ID/                  a file that comes or goes: it changes place by one rename
 * </pre>
 */
public final class FolderStore implements FileStore {

  private static final String CONTENT = "content";
  private static final String ABOUT = "about.json";

  /** An upload of which nothing came for so long is cut, however short a file's life is. */
  private static final Duration QUIET = Duration.ofMinutes(1);

  private record About(String name, String sha256, String mediaType) {}

  private final Path files;
  private final Path moving;
  private final Clock clock;
  private final JsonMapper json = new JsonMapper();

  /**
   * Makes the folder where there is none.
   *
   * @throws FileStoreException when it cannot be made
   */
  public FolderStore(Path root, Clock clock) {
    this.files = root.resolve("files");
    this.moving = root.resolve("moving");
    this.clock = clock;
    guarded(
        "The folder of files cannot be made",
        () -> {
          Files.createDirectories(files);
          return Files.createDirectories(moving);
        });
  }

  @Override
  public Upload put(String owner, String name, String mediaType, InputStream content, long maxBytes)
      throws IOException {
    String fileId = FileId.next(clock.instant());
    Path coming = moving.resolve(fileId);
    guarded("A file cannot be begun", () -> Files.createDirectory(coming));
    try {
      Optional<Received> came = receive(content, coming.resolve(CONTENT), maxBytes);
      if (came.isEmpty()) {
        return new Upload.TooLarge(maxBytes);
      }
      About about = new About(name, came.get().sha256(), mediaType);
      return new Upload.Stored(
          guarded("A file cannot be kept", () -> keep(owner, fileId, coming, about)));
    } finally {
      guarded("What is left of a file cannot be deleted", () -> deleteAll(coming));
    }
  }

  private static Optional<Received> receive(InputStream content, Path place, long maxBytes)
      throws IOException {
    try (FileChannel file =
        guarded(
            "A file cannot be begun",
            () ->
                FileChannel.open(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      return Received.copy(content, file, maxBytes);
    }
  }

  private StoredFile keep(String owner, String fileId, Path coming, About about)
      throws IOException {
    Files.write(
        coming.resolve(ABOUT),
        json.writeValueAsBytes(about),
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.WRITE,
        StandardOpenOption.SYNC);
    use(coming);
    StoredFile kept = stored(fileId, coming);
    Path place = folder(owner, fileId);
    Files.createDirectories(place.getParent());
    Files.move(coming, place, StandardCopyOption.ATOMIC_MOVE);
    return kept;
  }

  @Override
  public Optional<StoredFile> find(String owner, String fileId) {
    return FileId.isOne(fileId) ? about(folder(owner, fileId)) : Optional.empty();
  }

  private Optional<StoredFile> about(Path folder) {
    return guarded(
        "A file cannot be looked up",
        () -> {
          try {
            return Optional.of(stored(nameOf(folder), folder));
          } catch (NoSuchFileException e) {
            return Optional.empty();
          }
        });
  }

  private StoredFile stored(String fileId, Path folder) throws IOException {
    About about = json.readValue(Files.readAllBytes(folder.resolve(ABOUT)), About.class);
    Path content = folder.resolve(CONTENT);
    return new StoredFile(
        fileId,
        about.name(),
        Files.size(content),
        about.sha256(),
        about.mediaType(),
        FileId.createdAt(fileId),
        Files.getLastModifiedTime(content).toInstant());
  }

  @Override
  public Optional<InputStream> read(String owner, String fileId, long from, long length) {
    return guarded(
        "A file cannot be read",
        () -> {
          try {
            FileChannel content =
                FileChannel.open(folder(owner, fileId).resolve(CONTENT)).position(from);
            return Optional.of(new FirstBytes(Channels.newInputStream(content), length));
          } catch (NoSuchFileException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public boolean delete(String owner, String fileId) {
    return FileId.isOne(fileId) && delete(folder(owner, fileId));
  }

  private boolean delete(Path folder) {
    return guarded(
        "A file cannot be deleted",
        () -> {
          Path going = moving.resolve(folder.getFileName() + ".deleted");
          try {
            Files.move(folder, going, StandardCopyOption.ATOMIC_MOVE);
          } catch (NoSuchFileException e) {
            return false;
          }
          // Gone with the move: a sweeper may clear away the rest before us.
          deleteAll(going);
          return true;
        });
  }

  @Override
  public Page list(String owner, @Nullable String after, int limit) {
    return guarded(
        "The files cannot be listed",
        () -> {
          List<Path> found =
              entriesOf(files.resolve(Digest.of(owner))).stream()
                  .filter(folder -> after == null || nameOf(folder).compareTo(after) > 0)
                  .sorted(Comparator.comparing(FolderStore::nameOf))
                  .limit(limit + 1L)
                  .toList();
          List<Path> shown = found.subList(0, Math.min(limit, found.size()));
          return new Page(
              shown.stream().map(this::about).flatMap(Optional::stream).toList(),
              found.size() > limit ? nameOf(shown.get(limit - 1)) : null);
        });
  }

  @Override
  public long used(String owner) {
    return guarded(
        "The files cannot be summed up",
        () -> {
          long bytes = 0;
          for (Path folder : entriesOf(files.resolve(Digest.of(owner)))) {
            bytes += sizeOf(folder.resolve(CONTENT));
          }
          return bytes;
        });
  }

  private static long sizeOf(Path content) throws IOException {
    try {
      return Files.size(content);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  @Override
  public void renew(String owner, String fileId) {
    if (FileId.isOne(fileId)) {
      guarded(
          "A file's last use cannot be noted",
          () -> {
            try {
              use(folder(owner, fileId));
            } catch (NoSuchFileException e) {
              return false;
            }
            return true;
          });
    }
  }

  @Override
  public long sweep(Instant unusedSince, Predicate<String> needed) {
    return guarded(
        "The files cannot be swept",
        () -> {
          Instant quietSince = unusedSince.minus(QUIET);
          for (Path left : entriesOf(moving)) {
            if (lastChange(left).filter(at -> at.isBefore(quietSince)).isPresent()) {
              deleteAll(left);
            }
          }
          long deleted = 0;
          for (Path owner : entriesOf(files)) {
            deleted += sweepOwner(owner, unusedSince, needed);
          }
          return deleted;
        });
  }

  /** Of what is in it, too: an upload may take longer than a file lives. Empty when it has gone. */
  private static Optional<Instant> lastChange(Path folder) throws IOException {
    try {
      FileTime last = Files.getLastModifiedTime(folder);
      for (Path each : entriesOf(folder)) {
        FileTime changed = Files.getLastModifiedTime(each);
        last = changed.compareTo(last) > 0 ? changed : last;
      }
      return Optional.of(last.toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private long sweepOwner(Path owner, Instant unusedSince, Predicate<String> needed)
      throws IOException {
    long deleted = 0;
    for (Path folder : entriesOf(owner)) {
      boolean unused =
          about(folder).filter(file -> file.usedAt().isBefore(unusedSince)).isPresent();
      if (unused && !needed.test(nameOf(folder)) && delete(folder)) {
        deleted++;
      }
    }
    return deleted;
  }

  @Override
  public void close() {
    // Nothing is held between two calls.
  }

  private Path folder(String owner, String fileId) {
    return files.resolve(Digest.of(owner)).resolve(fileId);
  }

  private void use(Path folder) throws IOException {
    Files.setLastModifiedTime(folder.resolve(CONTENT), FileTime.from(clock.instant()));
  }

  private static String nameOf(Path folder) {
    return folder.getFileName().toString();
  }

  private static List<Path> entriesOf(Path parent) throws IOException {
    try (Stream<Path> found = Files.list(parent)) {
      return found.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static boolean deleteAll(Path folder) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      for (Path each : left) {
        Files.deleteIfExists(each);
      }
    } catch (NoSuchFileException e) {
      return false;
    }
    return Files.deleteIfExists(folder);
  }

  private interface Step<T> {
    T take() throws IOException;
  }

  private static <T> T guarded(String fault, Step<T> step) {
    try {
      return step.take();
    } catch (IOException | UncheckedIOException | JacksonException e) {
      throw new FileStoreException(fault + ": " + e.getMessage(), e);
    }
  }
}
