package io.millrace.bench.part;

import io.millrace.bench.BarePython;
import io.millrace.bench.Endpoint;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Installation;
import io.millrace.bench.Lab;
import io.millrace.bench.Measured;
import io.millrace.bench.Samples;
import io.millrace.bench.ScratchFolder;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What the wider route costs, and what travels by it: a large file, a figure, an error. */
public final class JobsRoute implements Part {

  private static final int FILE_BYTES = 50_000_000;
  private static final int FILE_TURNS = 7;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PYPLOT =
      "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\n";
  private static final String DRAWN = PYPLOT + "plt.plot(range(100))\n";
  private static final String SAVED =
      DRAWN + "import io\nplt.savefig(io.BytesIO(), format='png')\nplt.close()\nprint('drawn')";
  private static final String SHOWN = DRAWN + "plt.show()\nprint('drawn')";
  private static final String FAILS =
      "def last(values):\n    count = len(values)\n    return values[count]\n\nlast([1, 2, 3])";

  /** A program on the plain route, in turns with itself on the wider one. */
  private record Pair(String label, Rounds rounds) {}

  private record Travel(Samples up, Samples job, Samples down, Samples all, Samples copy) {}

  @Override
  public String name() {
    return "jobs";
  }

  @Override
  public String title() {
    return "POST /v1/jobs: a large file, a figure, an error";
  }

  @Override
  public boolean needsAnInstallation() {
    return true;
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    boolean plots = BarePython.canRun(PYPLOT);
    try (ScratchFolder scratch = ScratchFolder.make("files-")) {
      Path folder = scratch.path();
      Map<String, String> settings =
          Map.of(
              "MILLRACE_FILES_STORE",
              "dir:" + Files.createDirectory(folder.resolve("store")),
              "MILLRACE_SANDBOX_SCRATCH",
              "128MB");
      try (Installation service = Installation.ofWorkers(lab.options().launcher(), settings, 1)) {
        return section(lab, service.endpoint(), folder, plots);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a file could not travel", e);
    }
  }

  private Section section(Lab lab, Endpoint plain, Path folder, boolean plots)
      throws InterruptedException, IOException {
    Endpoint jobs = plain.sibling("/v1/jobs", Installation.BODY);
    Hello.warmUp(jobs, lab.options().warmUp());
    int runs = Math.max(lab.options().runs() / 4, Rounds.TURN);
    List<Pair> pairs =
        List.of(
            new Pair("`" + Hello.CODE + "`", pair(plain, jobs, Hello.CODE, 200, runs)),
            new Pair(
                "a program that fails, with `error_detail`", pair(plain, jobs, FAILS, 400, runs)));
    Table figures = new Table("", "bare p50 ms", "service p50 ms", "ratio", "errors");
    if (plots) {
      row(figures, "drawn and saved by the program", drawn(jobs, SAVED, runs, "drawn"));
      row(figures, "drawn, and shown in `display`", drawn(jobs, SHOWN, runs, "image/png"));
    }
    String text =
        routes(pairs)
            + "\n"
            + (plots
                ? "A line of 100 points by matplotlib, which each job imports, as bare python3"
                    + " does, which draws and saves it.\n\n"
                    + figures
                : "matplotlib isn't installed for this machine's python3: not measured.\n")
            + "\n"
            + file(travel(jobs, folder));
    return new Section(name(), title(), text, Map.of());
  }

  private static Rounds pair(Endpoint plain, Endpoint jobs, String code, int status, int runs)
      throws InterruptedException {
    return Rounds.measure(
        runs,
        some -> sequential(plain, code, status, "", some),
        some -> sequential(jobs, code, status, "", some));
  }

  private static Rounds drawn(Endpoint jobs, String code, int runs, String shown)
      throws InterruptedException {
    return Rounds.measure(
        runs,
        some -> BarePython.sequential(SAVED, some),
        some -> sequential(jobs, code, 200, shown, some));
  }

  private static Measured sequential(
      Endpoint endpoint, String code, int status, String shown, int runs) {
    List<Answer> answers = Stream.generate(() -> endpoint.run(code)).limit(runs).toList();
    List<Answer> good =
        answers.stream()
            .filter(answer -> answer.status() == status && answer.body().contains(shown))
            .toList();
    double[] millis = good.stream().mapToDouble(Answer::millis).toArray();
    List<String> complaints =
        answers.stream().filter(answer -> !good.contains(answer)).map(Answer::body).toList();
    double seconds = answers.stream().mapToDouble(Answer::millis).sum() / 1000;
    return new Measured(Samples.of(millis), seconds, runs - good.size(), complaints);
  }

  private static void row(Table table, String label, Rounds rounds) {
    double before = rounds.bare().samples().median();
    double after = rounds.ours().samples().median();
    table.row(
        label, before, after, after / before, rounds.bare().errors() + rounds.ours().errors());
  }

  private static String routes(List<Pair> pairs) {
    Table table =
        new Table(
            "one caller, in turns",
            "`/v1/code/execute/python` p50 ms",
            "`/v1/jobs` p50 ms",
            "ratio",
            "errors");
    pairs.forEach(pair -> row(table, pair.label(), pair.rounds()));
    return table.toString();
  }

  /** Up, into a job that copies it, out of it, and down; beside {@code cp}. */
  private static Travel travel(Endpoint jobs, Path folder)
      throws IOException, InterruptedException {
    Path given = folder.resolve("given");
    byte[] bytes = new byte[FILE_BYTES];
    new Random(7).nextBytes(bytes);
    Files.write(given, bytes);
    List<double[]> turns = new ArrayList<>();
    for (int turn = 0; turn < FILE_TURNS; turn++) {
      turns.add(turn(jobs, given, folder.resolve("back"), folder.resolve("copied")));
    }
    return new Travel(
        column(turns, 0), column(turns, 1), column(turns, 2), column(turns, 3), column(turns, 4));
  }

  private static double[] turn(Endpoint jobs, Path given, Path back, Path copied)
      throws IOException, InterruptedException {
    Files.deleteIfExists(copied);
    long begun = System.nanoTime();
    new ProcessBuilder("cp", given.toString(), copied.toString()).start().waitFor();
    double copy = (System.nanoTime() - begun) / 1e6;
    Answer up = jobs.upload("/v1/files?name=given", given);
    String id = JSON.readTree(up.body()).path("file_id").asString();
    String body = "{\"code\":${code},\"files\":[{\"path\":\"given\",\"file_id\":\"" + id + "\"}]}";
    Answer job = jobs.sibling("/v1/jobs", body).run("import shutil\nshutil.copy('given', 'made')");
    JsonNode made = JSON.readTree(job.body()).at("/response/files/0/file_id");
    if (!made.isString()) {
      throw new IllegalStateException("the file did not come back: " + job.body());
    }
    double down = jobs.download("/v1/files/" + made.asString(), back);
    if (Files.mismatch(given, back) != -1) {
      throw new IllegalStateException("the file came back with other bytes");
    }
    return new double[] {up.millis(), job.millis(), down, up.millis() + job.millis() + down, copy};
  }

  private static Samples column(List<double[]> turns, int index) {
    return Samples.of(turns.stream().mapToDouble(turn -> turn[index]).toArray());
  }

  private static String file(Travel travel) {
    Table table = new Table("50 MB, p50 ms of " + FILE_TURNS, "ms", "beside `cp`");
    double copy = travel.copy().median();
    table.row("`cp` on the same disk", copy, 1.0);
    table.row("up", travel.up().median(), travel.up().median() / copy);
    table.row(
        "a job that copies it, and gives the copy back",
        travel.job().median(),
        travel.job().median() / copy);
    table.row("down", travel.down().median(), travel.down().median() / copy);
    table.row("all three", travel.all().median(), travel.all().median() / copy);
    return table.toString();
  }
}
