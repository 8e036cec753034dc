package io.millrace.worker.environment;

import io.millrace.worker.environment.WheelReader.Content;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;

/**
 * Makes one file of wheels: a zip with what a job may import, in the order of its paths, without
 * times and modes, so that the same wheels give the same file. While it is written each file is
 * held to its wheel's record. Not thread-safe.
 */
final class EnvironmentPack {

  /** The first moment that a zip knows. */
  private static final java.time.LocalDateTime NO_TIME =
      java.time.LocalDateTime.of(1980, 1, 1, 0, 0);

  private static final Set<String> ALGORITHMS = Set.of("sha256", "sha384", "sha512");
  private static final int PIECE = 1 << 16;

  /** Bytes of the directories of all wheels of a set, which are in memory while it is made. */
  private static final long MOST_DIRECTORY_BYTES = 64 << 20;

  private final PackageSettings settings;
  private final Set<String> asked;
  private final TreeSet<String> imports = new TreeSet<>();
  private long left;

  /** {@code asked}: names of the distributions whose modules may be imported before a job comes. */
  EnvironmentPack(PackageSettings settings, Set<String> asked) {
    this.settings = settings;
    this.asked = asked;
    this.left = settings.maxSize().toBytes();
  }

  /** Top-level modules of the distributions that were asked for, after {@link #write}. */
  List<String> imports() {
    return List.copyOf(imports);
  }

  /** Writes the file. Of two wheels that have the same path, the first by its name has it. */
  void write(List<Path> wheels, Path target) throws IOException, RefusedPackagesException {
    List<WheelReader> open = new ArrayList<>();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(Deflater.BEST_SPEED);
      Map<String, Placed> all = new TreeMap<>();
      int files = settings.maxFiles();
      long directory = MOST_DIRECTORY_BYTES;
      for (Path path : wheels) {
        WheelReader wheel = new WheelReader(path, files, directory);
        open.add(wheel);
        files -= wheel.entries();
        directory -= wheel.directoryBytes();
        place(wheel, all);
      }
      checkSize(all);
      checkNoneIsBelowAnother(all);
      for (Map.Entry<String, Placed> each : all.entrySet()) {
        ZipEntry entry = new ZipEntry(each.getKey());
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
        copy(each.getKey(), each.getValue(), zip);
      }
    } finally {
      for (WheelReader wheel : open) {
        wheel.close();
      }
    }
  }

  private record Placed(WheelReader wheel, Content content) {}

  private void place(WheelReader wheel, Map<String, Placed> all) throws RefusedPackagesException {
    boolean wanted = asked.contains(wheel.name());
    for (Map.Entry<String, Content> each : wheel.contents().entrySet()) {
      all.putIfAbsent(each.getKey(), new Placed(wheel, each.getValue()));
      if (wanted) {
        addImport(each.getKey());
      }
    }
  }

  /** As the archives say: what they have is counted once more while it is unpacked. */
  private void checkSize(Map<String, Placed> all) throws RefusedPackagesException {
    long size = 0;
    for (Placed each : all.values()) {
      size += Math.max(0, each.content().entry().getSize());
      if (size > left) {
        throw tooLarge(each.wheel());
      }
    }
  }

  private RefusedPackagesException tooLarge(WheelReader wheel) {
    return wheel.refused(
        "and those beside it unpack to more than "
            + settings.maxSize().toMegabytes()
            + " MB, which is the limit (millrace.packages.max-size)");
  }

  private void addImport(String path) {
    String[] parts = path.split("/");
    String top = parts[0];
    boolean folder = parts.length == 2 && parts[1].equals("__init__.py");
    boolean file = parts.length == 1 && (top.endsWith(".py") || top.endsWith(".so"));
    String name = file ? top.substring(0, top.indexOf('.')) : top;
    if ((folder || file) && name.matches("[A-Za-z][A-Za-z0-9_]{0,99}")) {
      imports.add(name);
    }
  }

  private static void checkNoneIsBelowAnother(Map<String, Placed> all)
      throws RefusedPackagesException {
    for (Map.Entry<String, Placed> each : all.entrySet()) {
      String path = each.getKey();
      for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
        if (all.containsKey(path.substring(0, at))) {
          throw each.getValue().wheel().refused("has a file where another has a folder: " + path);
        }
      }
    }
  }

  private void copy(String path, Placed placed, OutputStream out)
      throws IOException, RefusedPackagesException {
    String[] recorded = placed.content().digest().split("=", 2);
    boolean isRecord = placed.content().digest().isEmpty();
    if (!isRecord && (recorded.length != 2 || !ALGORITHMS.contains(recorded[0]))) {
      throw placed.wheel().refused("has no usable hash of " + path + " in its RECORD");
    }
    MessageDigest digest = digest(isRecord ? "sha256" : recorded[0]);
    byte[] piece = new byte[PIECE];
    try (InputStream in = placed.wheel().open(placed.content())) {
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        left -= count;
        if (left < 0) {
          throw tooLarge(placed.wheel());
        }
        digest.update(piece, 0, count);
        out.write(piece, 0, count);
      }
    } catch (ZipException | java.io.EOFException e) {
      throw placed.wheel().refused("cannot be unpacked: " + e.getMessage());
    }
    String actual = Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
    if (!isRecord && !actual.equals(recorded[1].replaceAll("=+$", ""))) {
      throw placed.wheel().refused("has " + path + " with another hash than its RECORD says");
    }
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm.replace("sha", "SHA-"));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }
}
