package io.millrace.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.TreeMap;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The Lua scripts of a folder of resources as one library of Redis Functions (Redis 7.0), each a
 * function behind what all of them share. Library and functions have the digest of the text in
 * their names, so that two releases run beside each other on one Redis. Immutable.
 *
 * <p>The first line of a script, {@code #!lua flags=...}, says what Redis lets it do: one without
 * {@code allow-oom} is refused by a Redis that is full. {@code KEYS} and {@code ARGV} are those of
 * the call. While a library is loaded Lua has no {@code pairs} and no {@code redis.call}.
 */
public final class ScriptLibrary {

  private static final String FIRST_LINE = "#!lua";
  private static final String FLAGS = FIRST_LINE + " flags=";
  private static final int DIGITS = 8;

  private final String version;
  private final byte[] text;

  private ScriptLibrary(String version, String text) {
    this.version = version;
    this.text = text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a library.
   *
   * @param folder of the class path, such as {@code redis}; its own files, not those of folders
   *     below it
   * @param shared the files that are no scripts, without {@code .lua}, in their order: what comes
   *     first knows nothing of what follows
   * @throws UncheckedIOException when a file cannot be read
   */
  public static ScriptLibrary of(String folder, String... shared) {
    TreeMap<String, String> files = read(folder);
    StringBuilder common = new StringBuilder("local KEYS, ARGV\n");
    for (String name : shared) {
      common.append(
          Objects.requireNonNull(files.remove(name), () -> "no " + name + ".lua in " + folder));
    }
    String version = digest(common.toString() + files);
    StringBuilder text =
        new StringBuilder(FIRST_LINE + " name=millrace_" + version + "\n").append(common);
    files.forEach((name, script) -> text.append(function(name + "_" + version, script)));
    return new ScriptLibrary(version, text.toString());
  }

  /** What Redis knows a script by. */
  byte[] functionOf(String script) {
    return (script + "_" + version).getBytes(StandardCharsets.UTF_8);
  }

  /** For {@code FUNCTION LOAD}. */
  byte[] text() {
    return text.clone();
  }

  private static String function(String name, String script) {
    int end = script.indexOf('\n');
    String first = script.substring(0, end);
    if (!first.startsWith(FIRST_LINE)) {
      throw new IllegalStateException(name + " does not begin with " + FIRST_LINE);
    }
    String flags =
        first.startsWith(FLAGS)
            ? "'" + first.substring(FLAGS.length()).replace(",", "','") + "'"
            : "";
    return """

        redis.register_function{function_name = '%s', flags = {%s}, callback = function(keys, args)
        KEYS, ARGV = keys, args
        %s
        end}
        """
        .formatted(name, flags, script.substring(end + 1).stripTrailing());
  }

  private static TreeMap<String, String> read(String folder) {
    TreeMap<String, String> files = new TreeMap<>();
    try {
      // Another jar may have a folder of this name as well.
      Resource[] found =
          new PathMatchingResourcePatternResolver(ScriptLibrary.class.getClassLoader())
              .getResources("classpath*:/" + folder + "/*.lua");
      for (Resource each : found) {
        String file = Objects.requireNonNull(each.getFilename());
        files.put(
            file.substring(0, file.lastIndexOf('.')),
            each.getContentAsString(StandardCharsets.UTF_8));
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException("the Redis scripts in " + folder + " cannot be read", e);
    }
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
