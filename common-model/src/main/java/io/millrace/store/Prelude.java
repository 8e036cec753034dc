package io.millrace.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What scripts share, of which each gets what it uses. Redis runs a script from its first line at
 * each call: it would make all functions of the preludes anew, whichever of them the script uses.
 * Immutable.
 *
 * <p>A definition begins at the left edge, as {@code local function f}, {@code function t.f} or
 * {@code local a, b =}, and goes on with what is indented and its {@code end}. A statement that
 * defines nothing belongs to the definition before it. Functions of a table, and what they alone
 * use, are made when the first of them is asked for: batches and packages, which few jobs have.
 */
final class Prelude {

  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*--.*\\R?|\\s--\\s.*$");
  private static final Pattern BEGINS =
      Pattern.compile("(?m)^(?:local function |function |local )(?<names>[\\w.]+(?:, \\w+)*)");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)?");

  /** {@code uses} has names of its own as well, and of much that is no definition. */
  private record Definition(Set<String> names, String text, Set<String> uses) {

    boolean isUsed(Set<String> wanted) {
      return names.stream().anyMatch(wanted::contains);
    }

    /** Whose function this is; empty for all else. */
    String table() {
      String name = names.iterator().next();
      return name.contains(".") ? name.substring(0, name.indexOf('.')) : "";
    }

    boolean isOfATable() {
      return !table().isEmpty();
    }
  }

  private final List<Definition> definitions;

  private Prelude(List<Definition> definitions) {
    this.definitions = List.copyOf(definitions);
  }

  static Prelude parse(String lua) {
    String text = COMMENT.matcher(lua).replaceAll("");
    List<Definition> definitions = new ArrayList<>();
    Matcher begins = BEGINS.matcher(text);
    boolean found = begins.find();
    while (found) {
      int start = begins.start();
      Set<String> names = Set.of(begins.group("names").split(", "));
      found = begins.find();
      String one = text.substring(start, found ? begins.start() : text.length());
      definitions.add(new Definition(names, one, namesIn(one)));
    }
    return new Prelude(definitions);
  }

  /** The definitions that a script uses, and those that they use, in their order. */
  String usedBy(String script) {
    String body = COMMENT.matcher(script).replaceAll("");
    Set<Integer> seldom = reached(body, each -> true);
    List<String> tables =
        seldom.stream()
            .map(i -> definitions.get(i).table())
            .filter(table -> !table.isEmpty())
            .distinct()
            .toList();
    // The tables themselves are there from the beginning.
    Set<Integer> atOnce =
        reached(body + " " + String.join(" ", tables), each -> !each.isOfATable());
    seldom.removeAll(atOnce);
    String text = text(atOnce);
    if (seldom.isEmpty()) {
      return text;
    }
    return text
        + "local seldom = {__index = function(asked, name)\n"
        + tables.stream().map("setmetatable(%s, nil)\n"::formatted).collect(Collectors.joining())
        + text(seldom)
        + "return asked[name]\nend}\n"
        + tables.stream()
            .map("setmetatable(%s, seldom)\n"::formatted)
            .collect(Collectors.joining());
  }

  private String text(Set<Integer> numbers) {
    return numbers.stream().map(i -> definitions.get(i).text()).collect(Collectors.joining());
  }

  private Set<Integer> reached(String script, Predicate<Definition> goesOn) {
    Set<String> wanted = namesIn(script);
    Set<Integer> reached = new TreeSet<>();
    // What a definition uses stands before it, but for what a table's function is called by.
    boolean more = true;
    while (more) {
      more = false;
      for (int i = definitions.size() - 1; i >= 0; i--) {
        Definition each = definitions.get(i);
        if (!reached.contains(i) && goesOn.test(each) && each.isUsed(wanted)) {
          reached.add(i);
          wanted.addAll(each.uses());
          more = true;
        }
      }
    }
    return reached;
  }

  /** Of {@code t.f} both {@code t} and {@code t.f}. */
  private static Set<String> namesIn(String lua) {
    Set<String> names = new HashSet<>();
    Matcher name = NAME.matcher(lua);
    while (name.find()) {
      names.add(name.group());
      names.add(name.group().replaceFirst("\\..*", ""));
    }
    return names;
  }
}
