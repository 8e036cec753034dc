package io.millrace.bench.part;

import io.millrace.bench.Callers;
import io.millrace.bench.Endpoint;
import io.millrace.bench.Endpoint.Answer;
import io.millrace.bench.Installation;
import io.millrace.bench.Measured;
import io.millrace.bench.Samples;
import io.millrace.bench.report.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Small jobs of one key: alone, while 50 jobs of another wait for a set of packages that is built,
 * while those run, and while as many without packages do.
 */
record BesideANewSet(
    Measured alone, Samples built, Samples run, Samples plain, Samples lengths, int errors) {

  private static final int AT_ONCE = 50;
  private static final int ROUNDS = 7;
  private static final int ALONE = 40;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private record Small(Instant begun, Answer answer) {}

  /** What small jobs took before the first of the others ran, and from then on. */
  private record Phases(List<Double> before, List<Double> after, double millis, int errors) {}

  static BesideANewSet measure(Installation installation) throws InterruptedException {
    List<Measured> alone = new ArrayList<>();
    List<Phases> fresh = new ArrayList<>();
    List<Phases> plain = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      alone.add(Callers.sequential(installation.other(), Hello.CODE, Hello.SHOWN, ALONE));
      plain.add(beside(installation, "print('got', " + i + ")", "got " + i));
      String name = "fresh" + i;
      String block = Packages.BLOCK.formatted("\"" + name + "\"");
      String code = "import " + name + "\nprint('got', " + name + ".number)";
      fresh.add(beside(installation, block + code, "got " + i));
    }
    return new BesideANewSet(
        Rounds.together(alone),
        samples(fresh.stream().map(Phases::before).toList()),
        samples(fresh.stream().map(Phases::after).toList()),
        samples(plain.stream().map(Phases::after).toList()),
        Samples.of(fresh.stream().map(Phases::millis).toList()),
        fresh.stream().mapToInt(Phases::errors).sum()
            + plain.stream().mapToInt(Phases::errors).sum());
  }

  private static Phases beside(Installation installation, String program, String shown)
      throws InterruptedException {
    Endpoint async = installation.endpoint().with("Prefer: respond-async");
    Instant begun = Instant.now();
    List<String> others = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      others.add(Settled.body(async.run(program)).get("job_id").asString());
    }
    List<Small> small = new ArrayList<>();
    while (!ended(async, others.get(AT_ONCE - 1), begun)) {
      small.add(new Small(Instant.now(), installation.other().run(Hello.CODE)));
    }
    Settled.await(installation);
    Instant first = Instant.MAX;
    Instant last = Instant.MIN;
    for (String jobId : others) {
      JsonNode job = job(async, jobId);
      if (!job.at("/reply/response/stdout").asString("").contains(shown)) {
        throw new IllegalStateException("a job with a new set did not do its work: " + job);
      }
      first = earlier(first, Instant.parse(job.get("started_at").asString()));
      last = later(last, Instant.parse(job.get("finished_at").asString()));
    }
    return phases(small, first, Duration.between(begun, last));
  }

  private static boolean ended(Endpoint endpoint, String jobId, Instant begun) {
    if (Duration.between(begun, Instant.now()).compareTo(PATIENCE) > 0) {
      throw new IllegalStateException("a job with a new set does not end: " + job(endpoint, jobId));
    }
    return job(endpoint, jobId).hasNonNull("finished_at");
  }

  private static JsonNode job(Endpoint endpoint, String jobId) {
    return Settled.body(endpoint.ask("GET", "/v1/jobs/" + jobId));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isBefore(other) ? other : one;
  }

  private static Phases phases(List<Small> small, Instant first, Duration all) {
    List<Double> before = new ArrayList<>();
    List<Double> after = new ArrayList<>();
    int errors = 0;
    for (Small each : small) {
      if (each.answer().shows(Hello.SHOWN)) {
        (each.begun().isBefore(first) ? before : after).add(each.answer().millis());
      } else {
        errors++;
      }
    }
    return new Phases(before, after, all.toNanos() / 1e6, errors);
  }

  private static Samples samples(List<List<Double>> turns) {
    return Samples.of(turns.stream().flatMap(List::stream).toList());
  }

  String text() {
    Table table =
        new Table("small jobs of another key", "p50 ms", "p95 ms", "p50 beside alone", "jobs");
    row(table, "alone", alone.samples());
    row(table, "while " + AT_ONCE + " jobs wait and their set is built", built);
    row(table, "while these " + AT_ONCE + " run", run);
    row(table, "while " + AT_ONCE + " without packages run", plain);
    return "In "
        + ROUNDS
        + " turns; all "
        + AT_ONCE
        + " had run after "
        + Table.number(lengths.median())
        + " ms (median); errors of the small ones: "
        + (alone.errors() + errors)
        + ".\n\n"
        + table;
  }

  private void row(Table table, String what, Samples samples) {
    double beside = samples.median() / alone.samples().median();
    table.row(what, samples.median(), samples.percentile(95), beside, samples.size());
  }
}
