package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each page of {@code docs/adr} has the form that its README shows. */
class DecisionsTest {
  private static final Path FOLDER = Project.file("docs/adr");
  private static final String NAME = "(\\d{4})(-[a-z0-9]+)+\\.md";
  private static final List<String> HEADINGS =
      List.of("Context", "Decision", "Alternatives", "Consequences");
  private static final Pattern HEAD =
      Pattern.compile(
          "# (\\d+)\\. \\S.*\n\n"
              + "Status: (?:proposed|accepted|superseded by (\\d+))\\. Date: \\d{4}-\\d\\d-\\d\\d\\.(?: .+)?\n"
              + "(?:.+\n)*\n## ");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern LINK = Pattern.compile("]\\((\\d{4}[^)#]*\\.md)");

  @Test
  void everyDecisionHasTheForm() {
    assertThat(names()).hasSizeGreaterThan(25);
    assertThat(names()).allSatisfy(name -> assertThat(faults(name, text(name))).isEmpty());
  }

  @Test
  void noNumberIsUsedTwice() {
    assertThat(names().stream().map(name -> name.substring(0, 4))).doesNotHaveDuplicates();
  }

  /** What stands in a page, what stands there instead, what is said of it. */
  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # 1.              | # 0001:                | no head as
          # 1.              | # 2.                   | another number
          Status: accepted. | Status: done.          | no head as
          Date: 2026        | Date: 26               | no head as
          Status: accepted. | Status: superseded by 9999. | no decision 9999
          ## Alternatives   | ## Considered          | other headings
          ## Consequences   | #### Consequences      | other headings
          ## Decision       | ## Decision\\n## Decision | other headings
          """)
  void aBrokenPageIsCaught(String line, String mistake, String expected) {
    String name = names().get(0);
    assertThat(text(name)).contains(line);
    String broken = text(name).replace(line, mistake.replace("\\n", "\n"));
    assertThat(faults(name, broken)).anySatisfy(fault -> assertThat(fault).contains(expected));
  }

  private static List<String> faults(String name, String page) {
    List<String> faults = new ArrayList<>();
    Matcher head = HEAD.matcher(page);
    if (!name.matches(NAME) || !head.lookingAt()) {
      return List.of("no head as README.md shows it, or no name as NNNN-some-words.md");
    }
    if (!name.startsWith("%04d-".formatted(Integer.parseInt(head.group(1))))) {
      faults.add("another number in the title than in the name");
    }
    if (head.group(2) != null && !isThere("%04d-".formatted(Integer.parseInt(head.group(2))))) {
      faults.add("there is no decision " + head.group(2));
    }
    List<String> headings = matches(HEADING, page);
    if (!headings.subList(1, headings.size()).equals(HEADINGS) || page.contains("### ")) {
      faults.add("other headings than " + HEADINGS + ": " + headings);
    }
    if (Pattern.compile("(?m)^## .*\\s+(##|\\z)").matcher(page).find()) {
      faults.add("a heading with nothing below");
    }
    matches(LINK, page).stream()
        .filter(link -> !names().contains(link))
        .forEach(link -> faults.add("a link to " + link + ", which is not there"));
    return faults;
  }

  private static List<String> matches(Pattern pattern, String page) {
    return pattern.matcher(page).results().map((MatchResult found) -> found.group(1)).toList();
  }

  private static boolean isThere(String start) {
    return names().stream().anyMatch(name -> name.startsWith(start));
  }

  private static List<String> names() {
    try (Stream<Path> pages = Files.list(FOLDER)) {
      return pages
          .map(page -> page.getFileName().toString())
          .filter(name -> !name.equals("README.md"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String name) {
    return Project.text("docs/adr/" + name);
  }
}
