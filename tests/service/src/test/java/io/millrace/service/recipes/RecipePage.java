package io.millrace.service.recipes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A page of recipes: its fenced blocks, in order. */
record RecipePage(String name, List<Block> blocks) {

  private static final Path FOLDER = Path.of("..", "..", "docs", "recipes");
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  /** One fenced block. */
  record Block(String language, String text) {

    boolean isAnswer() {
      return language.equals("json") || language.equals("text");
    }
  }

  static RecipePage read(String name) {
    List<Block> blocks =
        BLOCK
            .matcher(file(name))
            .results()
            .map(block -> new Block(block.group(1), block.group(2)))
            .toList();
    return new RecipePage(name, blocks);
  }

  static String file(String name) {
    try {
      return Files.readString(FOLDER.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The blocks that show JSON. */
  List<String> json() {
    return blocks.stream()
        .filter(block -> block.language().equals("json"))
        .map(Block::text)
        .toList();
  }
}
