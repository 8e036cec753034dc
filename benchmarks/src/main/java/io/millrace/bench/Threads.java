package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the kernel has counted of the threads of some processes, by the names of both. */
public final class Threads {

  private Threads() {}

  /**
   * Of threads of one name, since each of them began.
   *
   * @param waits how often one waited and was woken
   * @param yields how often one was put aside for another
   * @param micros of cpu
   * @param reads system calls that read, of the process, beside its name alone
   * @param writes system calls that write, likewise
   */
  public record Counts(double waits, double yields, double micros, double reads, double writes) {

    private static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    private Counts plus(Counts more) {
      return new Counts(
          waits + more.waits,
          yields + more.yields,
          micros + more.micros,
          reads + more.reads,
          writes + more.writes);
    }

    /** What has come since {@code before}, divided by so much. */
    private Counts since(Counts before, double by) {
      return plus(before.times(-1)).times(1 / by);
    }

    /** Without what would have come in so many seconds anyway; null for nothing. */
    public Counts beside(@Nullable Counts aSecond, double seconds) {
      return aSecond == null ? this : plus(aSecond.times(-seconds));
    }

    private Counts times(double factor) {
      return new Counts(
          waits * factor, yields * factor, micros * factor, reads * factor, writes * factor);
    }
  }

  /** Of now; a process's name, or its and a thread's with a slash between. */
  static Map<String, Counts> of(
      List<ProcessHandle> processes, Function<ProcessHandle, String> name) {
    Map<String, Counts> all = new TreeMap<>();
    for (ProcessHandle process : processes) {
      Path proc = Path.of("/proc", "" + process.pid());
      try {
        all.merge(name.apply(process), calls(proc), Counts::plus);
        try (Stream<Path> tasks = Files.list(proc.resolve("task"))) {
          for (Path task : tasks.toList()) {
            String thread = name.apply(process) + "/" + threadName(task);
            all.merge(thread, task(task), Counts::plus);
          }
        }
      } catch (NoSuchFileException e) {
        // It has ended meanwhile.
      } catch (IOException e) {
        throw new UncheckedIOException("the kernel does not show " + proc, e);
      }
    }
    return all;
  }

  private static String threadName(Path task) throws IOException {
    return Files.readString(task.resolve("comm")).strip().replaceAll("[0-9]+", "N");
  }

  private static Counts calls(Path proc) throws IOException {
    List<String> io = Files.readAllLines(proc.resolve("io"));
    return new Counts(0, 0, 0, number(io, "syscr"), number(io, "syscw"));
  }

  private static Counts task(Path task) throws IOException {
    List<String> status = Files.readAllLines(task.resolve("status"));
    String[] run = Files.readString(task.resolve("schedstat")).split(" ", 2);
    return new Counts(
        number(status, "voluntary_ctxt_switches"),
        number(status, "nonvoluntary_ctxt_switches"),
        Double.parseDouble(run[0]) / 1e3,
        0,
        0);
  }

  private static double number(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name + ":"))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1).strip()))
        .findFirst()
        .orElse(0);
  }

  /** What has come of each since {@code before}, which may not have had it, divided by so much. */
  public static Map<String, Counts> since(
      Map<String, Counts> before, Map<String, Counts> now, double by) {
    Map<String, Counts> spent = new TreeMap<>();
    now.forEach(
        (name, counts) ->
            spent.put(name, counts.since(before.getOrDefault(name, Counts.NONE), by)));
    return spent;
  }
}
