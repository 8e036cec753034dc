package io.millrace.bench.part;

import io.millrace.bench.BarePython;
import io.millrace.bench.Callers;
import io.millrace.bench.Endpoint;
import io.millrace.bench.IndexOfHost;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs with packages of their own: the first, the next, and what a new set costs others. */
public final class Packages implements Part {

  static final String BLOCK = "# /// script\n# dependencies = [%s]\n# ///\n";
  private static final String LIBRARIES =
      "import numpy, pandas\nprint('sum', int(pandas.DataFrame({'a': numpy.arange(1000)}).a.sum()))";
  private static final String HEAVY = "import heavy\nprint('ready', heavy.ready)";
  private static final List<String> DISTRIBUTIONS =
      List.of("numpy", "pandas", "python-dateutil", "pytz", "six");

  @Override
  public String name() {
    return "packages";
  }

  @Override
  public String title() {
    return "Packages of a job's own";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  private static final String WANTED = "\"" + String.join("\", \"", DISTRIBUTIONS) + "\"";

  private record Case(double built, double first, Rounds next) {}

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    boolean libraries = BarePython.canRun(LIBRARIES);
    try (IndexOfHost index = IndexOfHost.start(libraries ? DISTRIBUTIONS : List.of());
        Installation installation =
            Installation.up(
                lab.options().launcher(),
                Map.of("MILLRACE_PACKAGES", "any", "MILLRACE_PACKAGES_INDEX", index.url()))) {
      Endpoint endpoint = installation.endpoint();
      Hello.warmUp(endpoint, lab.options().warmUp());
      int runs = Math.max(lab.options().runs() / 4, Rounds.TURN);
      Case heavy =
          measured(endpoint, HEAVY, "\"heavy\"", "ready True", "import time; time.sleep(1)", 20);
      @Nullable Case both =
          libraries ? measured(endpoint, LIBRARIES, WANTED, "sum 499500", LIBRARIES, runs) : null;
      return section(heavy, both, BesideANewSet.measure(installation));
    }
  }

  private static Case measured(
      Endpoint endpoint, String code, String wanted, String shown, String bare, int runs)
      throws InterruptedException {
    String program = BLOCK.formatted(wanted) + code;
    // A set that is new: the job waits until it is built, and runs for as long as its import takes.
    Endpoint.Answer built = answered(endpoint, program, shown);
    double first = runTime(built);
    // The import in the template goes on beside the first job; the next waits for it.
    for (int i = 0; i < 5; i++) {
      answered(endpoint, program, shown);
    }
    return new Case(
        built.millis(),
        first,
        Rounds.measure(
            runs,
            jobs -> BarePython.sequential(bare, jobs),
            jobs -> Callers.sequential(endpoint, program, shown, jobs)));
  }

  private static Endpoint.Answer answered(Endpoint endpoint, String program, String shown) {
    Endpoint.Answer answer = endpoint.run(program);
    if (!answer.shows(shown)) {
      throw new IllegalStateException(answer.status() + " " + answer.body());
    }
    return answer;
  }

  private static double runTime(Endpoint.Answer answer) {
    return 1000
        * Double.parseDouble(answer.body().replaceFirst("(?s).*\"run_time\":([0-9.]+).*", "$1"));
  }

  private Section section(Case heavy, @Nullable Case both, BesideANewSet beside) {
    Table sets =
        new Table(
            "set",
            "new: answered after ms",
            "first run ms",
            "next p50 ms",
            "bare p50 ms",
            "ratio",
            "errors");
    row(sets, "a module whose import takes 1 s; bare sleeps for it", heavy);
    if (both != null) {
      row(sets, "numpy and pandas", both);
    }
    String text =
        "By `millrace up`, from an index on loopback of wheels made of this machine's own packages. A job asks"
            + " by a block in its code. The first of a set that is new waits for pip, the store and the import;"
            + " the next are forked of a process that has imported it.\n\n"
            + sets
            + "\n"
            + beside.text();
    return new Section(name(), title(), text, Map.of());
  }

  private static void row(Table table, String what, Case each) {
    table.row(
        what,
        each.built(),
        each.first(),
        each.next().ours().samples().median(),
        each.next().bare().samples().median(),
        each.next().ours().samples().median() / each.next().bare().samples().median(),
        each.next().ours().errors());
  }
}
