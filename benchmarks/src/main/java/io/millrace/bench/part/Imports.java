package io.millrace.bench.part;

import io.millrace.bench.BarePython;
import io.millrace.bench.Callers;
import io.millrace.bench.Lab;
import io.millrace.bench.report.Section;
import io.millrace.bench.report.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What imports cost, where the installation imports beforehand what its jobs need. */
public final class Imports implements Part {

  private record Job(String label, String code, String shown) {}

  private static final String NUMPY = "import numpy";
  private static final List<Job> JOBS =
      List.of(
          new Job(
              "standard library",
              "import json, re, datetime, collections, decimal, asyncio\nprint('imported')",
              "imported"),
          new Job("numpy", NUMPY + "\nprint('sum', int(numpy.arange(1000).sum()))", "sum 499500"));

  @Override
  public String name() {
    return "imports";
  }

  @Override
  public String title() {
    return "Jobs that import";
  }

  @Override
  public Section measure(Lab lab) throws InterruptedException {
    boolean numpy = BarePython.canRun(NUMPY);
    Map<String, String> settings =
        Map.of(
            "MILLRACE_SANDBOX_PREIMPORT",
            "json,re,datetime,collections,decimal,asyncio" + (numpy ? ",numpy" : ""));
    Map<Job, Rounds> measured = new LinkedHashMap<>();
    try (Lab.Subject subject = lab.subject(settings)) {
      Hello.warmUp(subject.endpoint(), lab.options().warmUp());
      for (Job job : JOBS) {
        if (numpy || !job.code().startsWith(NUMPY)) {
          measured.put(
              job,
              Rounds.measure(
                  Math.max(lab.options().runs() / 4, Rounds.TURN),
                  runs -> BarePython.sequential(job.code(), runs),
                  runs -> Callers.sequential(subject.endpoint(), job.code(), job.shown(), runs)));
        }
      }
    }
    return section(measured, numpy);
  }

  private Section section(Map<Job, Rounds> measured, boolean numpy) {
    Table table =
        new Table("job", "bare p50 ms", "service p50 ms", "ratio", "service p99 ms", "errors");
    StringBuilder complaints = new StringBuilder();
    measured.forEach(
        (job, rounds) -> {
          table.row(
              job.label(),
              rounds.bare().samples().median(),
              rounds.ours().samples().median(),
              rounds.ours().samples().median() / rounds.bare().samples().median(),
              rounds.ours().samples().percentile(99),
              rounds.ours().errors());
          complaints.append(Hello.complaints(rounds.ours()));
        });
    String text =
        "One caller, in turns as above. `MILLRACE_SANDBOX_PREIMPORT` names the modules.\n\n"
            + table
            + (numpy ? "" : "\nnumpy isn't installed for this machine's python3: not measured.\n")
            + complaints;
    return new Section(name(), title(), text, Map.of());
  }
}
