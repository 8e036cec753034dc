package io.millrace.bench;

import io.millrace.bench.part.Batch;
import io.millrace.bench.part.Burst;
import io.millrace.bench.part.Cold;
import io.millrace.bench.part.Costs;
import io.millrace.bench.part.Crowd;
import io.millrace.bench.part.Fairness;
import io.millrace.bench.part.Hops;
import io.millrace.bench.part.Idle;
import io.millrace.bench.part.Imports;
import io.millrace.bench.part.JobsRoute;
import io.millrace.bench.part.Network;
import io.millrace.bench.part.Packages;
import io.millrace.bench.part.Part;
import io.millrace.bench.part.QueueLength;
import io.millrace.bench.part.Rate;
import io.millrace.bench.part.Saturation;
import io.millrace.bench.part.Sequential;
import io.millrace.bench.part.SmallQueue;
import io.millrace.bench.part.Workers;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Page;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/** The command: measures the parts that were asked for, one after another, and writes the page. */
public final class Benchmarks {

  private static final List<Part> PARTS =
      List.of(
          new Sequential(),
          new Rate(),
          new Imports(),
          new JobsRoute(),
          new Burst(),
          new Batch(),
          new SmallQueue(),
          new Saturation(),
          new Fairness(),
          new Crowd(),
          new QueueLength(),
          new Workers(),
          new Network(),
          new Idle(),
          new Cold(),
          new Costs(),
          new Hops(),
          new Packages());

  private Benchmarks() {}

  /** See {@link Options#usage}. */
  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (Arrays.asList(arguments).contains("--help")) {
      out.print(Options.usage());
      return;
    }
    try {
      run(Options.parse(arguments), out);
    } catch (IllegalArgumentException e) {
      out.println("millrace bench: " + e.getMessage());
      out.print(Options.usage());
      System.exit(1);
    }
  }

  private static void run(Options options, PrintStream out) throws InterruptedException {
    List<Part> parts = chosen(options);
    String machine = Machine.describe(Clock.systemDefaultZone());
    Page page = new Page(options.page());
    for (Part part : parts) {
      out.println("Measuring: " + part.title() + " ...");
      var section = part.measure(new Lab(options));
      page.write(List.of(section), machine);
      out.println(section.markdown());
    }
    out.println("Written to " + options.page());
  }

  private static List<Part> chosen(Options options) {
    List<String> names = PARTS.stream().map(Part::name).toList();
    for (String name : options.only()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException("there is no part " + name + "; there are " + names);
      }
    }
    return PARTS.stream()
        .filter(part -> options.only().isEmpty() || options.only().contains(part.name()))
        .filter(part -> options.url().isEmpty() || !part.needsAnInstallation())
        .toList();
  }
}
