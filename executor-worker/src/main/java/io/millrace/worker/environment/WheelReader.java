package io.millrace.worker.environment;

import io.millrace.packages.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * One wheel, by its <a
 * href="https://packaging.python.org/en/latest/specifications/binary-distribution-format/">format</a>:
 * what of it is installed, and where. Its names and the record that it has of itself are held to
 * the format; anything else is refused. Not thread-safe.
 *
 * <p>All that is taken of an entry is its bytes: a link becomes a small file. Scripts, headers and
 * data are left out, and so are {@code .pth} files: a job imports modules, and nothing else.
 */
final class WheelReader implements AutoCloseable {

  private static final int MOST_RECORD_BYTES = 32 << 20;
  private static final int END_BYTES = 22;
  private static final byte[] END_MARK = {'P', 'K', 5, 6};
  private static final int LONGEST_PATH = 1000;
  private static final Set<String> UNRECORDED = Set.of("RECORD", "RECORD.jws", "RECORD.p7s");

  private final String fileName;
  private final ZipFile zip;
  private final String distribution;
  private final String info;
  private final Map<String, String> record;
  private final long directoryBytes;

  /**
   * Opens a wheel.
   *
   * @param mostFiles entries that it may have
   * @param mostDirectory bytes that the archive's directory may have, which is kept in memory
   */
  WheelReader(Path wheel, int mostFiles, long mostDirectory)
      throws IOException, RefusedPackagesException {
    this.fileName = String.valueOf(wheel.getFileName());
    this.directoryBytes = checkDirectory(wheel, mostFiles, mostDirectory);
    try {
      this.zip = new ZipFile(wheel.toFile());
    } catch (ZipException e) {
      throw refused("is no archive that can be read: " + e.getMessage());
    }
    try {
      if (zip.size() > mostFiles) {
        throw tooMany();
      }
      this.distribution = fileName.split("-", 2)[0];
      this.info = findInfo();
      this.record = readRecord();
    } catch (IOException | RefusedPackagesException e) {
      zip.close();
      throw e;
    }
  }

  /** Its distribution's name, normalised. */
  String name() {
    return Requirement.normalised(distribution);
  }

  /** A file of it: which entry, and its digest as the record has it, algorithm and all. */
  record Content(ZipEntry entry, String digest) {}

  /** What is installed, by where. Every file but the record itself must be in the record. */
  Map<String, Content> contents() throws RefusedPackagesException {
    Map<String, Content> contents = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    Set<String> recorded = new HashSet<>(record.keySet());
    for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(e -> (ZipEntry) e)::iterator) {
      String path = entry.getName();
      if (entry.isDirectory()) {
        continue;
      }
      checkPath(path);
      if (!seen.add(path)) {
        throw refused("has " + shown(path) + " twice");
      }
      recorded.remove(path);
      if (isUnrecorded(path)) {
        contents.put(path, new Content(entry, ""));
        continue;
      }
      String digest = record.getOrDefault(path, "");
      if (digest.isEmpty()) {
        throw refused("has " + shown(path) + ", of which its RECORD has no hash");
      }
      String place = place(path);
      if (!place.isEmpty()) {
        contents.put(place, new Content(entry, digest));
      }
    }
    recorded.removeIf(this::isUnrecorded);
    if (!recorded.isEmpty()) {
      throw refused("lacks " + shown(recorded.iterator().next()) + ", which its RECORD names");
    }
    return contents;
  }

  InputStream open(Content content) throws IOException {
    return zip.getInputStream(content.entry());
  }

  RefusedPackagesException refused(String why) {
    return new RefusedPackagesException("The wheel " + shown(fileName) + " " + why, "");
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /** Empty for what is not installed. */
  private String place(String path) {
    String data = info.replaceFirst("\\.dist-info/$", ".data/");
    String place = path;
    if (path.startsWith(data)) {
      String[] parts = path.substring(data.length()).split("/", 2);
      boolean library = parts[0].equals("purelib") || parts[0].equals("platlib");
      place = library && parts.length == 2 ? parts[1] : "";
    }
    return place.endsWith(".pth") && !place.contains("/") ? "" : place;
  }

  private boolean isUnrecorded(String path) {
    return path.startsWith(info) && UNRECORDED.contains(path.substring(info.length()));
  }

  private void checkPath(String path) throws RefusedPackagesException {
    boolean bad = path.isEmpty() || path.length() > LONGEST_PATH || path.startsWith("/");
    for (String part : path.split("/", -1)) {
      bad |= part.isEmpty() || part.equals(".") || part.equals("..") || part.length() > 255;
    }
    if (bad || path.chars().anyMatch(c -> c < ' ' || c == '\\' || c == 0x7F)) {
      throw refused("has a file that would lie elsewhere: " + shown(path));
    }
  }

  private String findInfo() throws RefusedPackagesException {
    List<String> folders =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.indexOf('/') > 0)
            .map(name -> name.substring(0, name.indexOf('/') + 1))
            .filter(name -> name.endsWith(".dist-info/"))
            .distinct()
            .limit(2)
            .toList();
    if (folders.size() != 1
        || !Requirement.normalised(folders.get(0).split("-", 2)[0])
            .equals(Requirement.normalised(distribution))) {
      throw refused("must have one folder .dist-info, that of its own name");
    }
    return folders.get(0);
  }

  private Map<String, String> readRecord() throws IOException, RefusedPackagesException {
    ZipEntry entry = zip.getEntry(info + "RECORD");
    if (entry == null) {
      throw refused("has no RECORD");
    }
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      bytes = in.readNBytes(MOST_RECORD_BYTES + 1);
    } catch (ZipException e) {
      throw refused("has a RECORD that cannot be read");
    }
    if (bytes.length > MOST_RECORD_BYTES) {
      throw refused("has a RECORD that is too long");
    }
    Map<String, String> digests = new HashMap<>();
    int from = 0;
    while (from < bytes.length) {
      int to = from;
      while (to < bytes.length && bytes[to] != '\n') {
        to++;
      }
      String line = new String(bytes, from, to - from, StandardCharsets.UTF_8).strip();
      if (!line.isEmpty()) {
        readLine(line, digests);
      }
      from = to + 1;
    }
    return digests;
  }

  /** {@code path,algorithm=digest,size}; a path with a comma is quoted. */
  private void readLine(String line, Map<String, String> digests) throws RefusedPackagesException {
    int size = line.lastIndexOf(',');
    int hash = size < 0 ? -1 : line.lastIndexOf(',', size - 1);
    if (hash < 0) {
      throw refused("has a RECORD whose lines are not path, hash and size");
    }
    String path = line.substring(0, hash);
    if (path.length() > 1 && path.startsWith("\"") && path.endsWith("\"")) {
      path = path.substring(1, path.length() - 1).replace("\"\"", "\"");
    }
    if (digests.put(path, line.substring(hash + 1, size)) != null) {
      throw refused("has a RECORD that names " + shown(path) + " twice");
    }
  }

  /**
   * Before the archive's directory is read, which is memory: its size as the last bytes of the file
   * say, which are what everybody goes by. With a comment behind them there could be two such.
   */
  private long checkDirectory(Path wheel, int mostFiles, long mostDirectory)
      throws IOException, RefusedPackagesException {
    byte[] end = new byte[END_BYTES];
    try (RandomAccessFile file = new RandomAccessFile(wheel.toFile(), "r")) {
      if (file.length() < END_BYTES) {
        throw refused("is no archive");
      }
      file.seek(file.length() - END_BYTES);
      file.readFully(end);
    }
    if (!Arrays.equals(end, 0, END_MARK.length, END_MARK, 0, END_MARK.length)
        || little(end, END_BYTES - 2, 2) != 0) {
      throw refused("is no archive, or one with a comment");
    }
    long entries = little(end, 10, 2);
    long directory = little(end, 12, 4);
    // Where there are more than 65,534, the number is 0xFFFF and the true one elsewhere.
    if (entries > mostFiles || entries == 0xFFFF || directory > mostDirectory) {
      throw tooMany();
    }
    return directory;
  }

  private RefusedPackagesException tooMany() {
    return refused("has more files than a set of packages may have (millrace.packages.max-files)");
  }

  /** Of the archive's directory, in memory until this is closed. */
  long directoryBytes() {
    return directoryBytes;
  }

  /** Entries of all kinds. */
  int entries() {
    return zip.size();
  }

  private static long little(byte[] bytes, int at, int count) {
    long value = 0;
    for (int i = count - 1; i >= 0; i--) {
      value = value << 8 | bytes[at + i] & 0xFF;
    }
    return value;
  }

  private static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > 100 ? plain.substring(0, 100).toLowerCase(Locale.ROOT) + "…" : plain;
  }
}
