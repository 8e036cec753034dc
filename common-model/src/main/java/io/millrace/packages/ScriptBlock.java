package io.millrace.packages;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * The metadata that a program has in a comment, by <a
 * href="https://packaging.python.org/en/latest/specifications/inline-script-metadata/">inline
 * script metadata</a> (PEP 723).
 *
 * @param dependencies as they are written
 * @param requiresPython versions of Python that it runs on; null for any
 */
public record ScriptBlock(List<String> dependencies, @Nullable String requiresPython) {

  private static final TomlMapper TOML = new TomlMapper();
  private static final Pattern BEGIN = Pattern.compile("# /// (?<type>[a-zA-Z0-9-]+)");
  private static final Pattern LINE = Pattern.compile("#(?:| .*)");
  private static final String END = "# ///";
  private static final String SCRIPT = "script";

  public ScriptBlock {
    dependencies = List.copyOf(dependencies);
  }

  /** A block that is there and says nothing that can be used; the message says what to change. */
  public static final class BadBlockException extends Exception {

    private static final long serialVersionUID = 1L;

    private BadBlockException(String message) {
      super(message);
    }
  }

  /**
   * The block of a program; empty where it has none.
   *
   * @throws BadBlockException for two blocks, bad TOML, and values of another type
   */
  public static Optional<ScriptBlock> of(String code) throws BadBlockException {
    if (!code.contains("# /// " + SCRIPT)) {
      return Optional.empty();
    }
    List<String> blocks = blocks(code.replace("\r\n", "\n").split("\n", -1));
    if (blocks.size() > 1) {
      throw new BadBlockException("code has " + blocks.size() + " script blocks; it may have one");
    }
    return blocks.isEmpty() ? Optional.empty() : Optional.of(read(blocks.get(0)));
  }

  /**
   * What the specification's expression finds, {@code (?m)^# ///
   * (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$}, line by line: an expression of
   * Java's would need stack for each line. It is greedy: a block ends at the last closing line of
   * its run of comments.
   */
  private static List<String> blocks(String[] lines) {
    List<String> blocks = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      Matcher begin = BEGIN.matcher(lines[i]);
      if (begin.matches()) {
        int end = end(lines, i + 1);
        if (end > 0) {
          if (begin.group("type").equals(SCRIPT)) {
            blocks.add(content(lines, i + 1, end));
          }
          i = end;
        }
      }
    }
    return blocks;
  }

  /** 0 where nothing closes it. */
  private static int end(String[] lines, int first) {
    int end = 0;
    for (int i = first; i < lines.length && LINE.matcher(lines[i]).matches(); i++) {
      if (lines[i].equals(END) && i > first) {
        end = i;
      }
    }
    return end;
  }

  private static String content(String[] lines, int from, int to) {
    StringBuilder toml = new StringBuilder();
    for (int i = from; i < to; i++) {
      toml.append(lines[i].substring(lines[i].startsWith("# ") ? 2 : 1)).append('\n');
    }
    return toml.toString();
  }

  private static ScriptBlock read(String toml) throws BadBlockException {
    JsonNode read;
    try {
      read = TOML.readTree(toml);
    } catch (JacksonException e) {
      throw new BadBlockException(
          "the script block in code is not TOML: " + e.getOriginalMessage().split("\n", 2)[0]);
    }
    JsonNode dependencies = read.path("dependencies");
    boolean texts = dependencies.valueStream().allMatch(JsonNode::isString);
    if (!dependencies.isMissingNode() && !(dependencies.isArray() && texts)) {
      throw new BadBlockException(
          "dependencies of the script block in code must be a list of strings");
    }
    JsonNode python = read.path("requires-python");
    if (!python.isMissingNode() && !python.isString()) {
      throw new BadBlockException("requires-python of the script block in code must be a string");
    }
    return new ScriptBlock(
        dependencies.valueStream().map(JsonNode::stringValue).toList(),
        python.isMissingNode() ? null : python.stringValue());
  }
}
