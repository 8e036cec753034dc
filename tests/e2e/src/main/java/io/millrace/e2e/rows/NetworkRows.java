package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.NetworkHost;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.Role;
import io.millrace.standalone.testing.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Jobs that abuse the proxy of their network, and what dies while bytes go through it. */
final class NetworkRows {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration CLOSED = Duration.ofSeconds(2);
  private static final int PORT = FreePort.choose();
  private static final int TURNS = 3;
  private static final int JOBS = 40;
  private static final int SHORTEST_ATTACK_SECONDS = 6;
  private static final int MANY = 10_000;
  private static final double MOST_SLOWER = 1.2;
  private static final List<String> KINDS =
      List.of("flood", "silent", "hostile", "endless", "slow");
  private static final Pattern CONNECTIONS = Pattern.compile("connections (\\d+)");

  private NetworkRows() {}

  static ClusterPlan plan() {
    return ClusterPlan.usual("network")
        .of(1, 1)
        .with("MILLRACE_NETWORK_ALLOW", "127.0.0.1:" + PORT)
        .with("MILLRACE_NETWORK_ALLOWED_NETWORKS", "127.0.0.0/8");
  }

  /** N1. */
  static void neighboursOfAnAttack(Trial trial) throws Exception {
    try (NetworkHost host = NetworkHost.start(PORT);
        NetworkHost other = NetworkHost.start(0)) {
      beside(trial, "warm", plain());
      beside(trial, "warm-net", reaches());
      int connections = 0;
      List<String> slower = new ArrayList<>();
      for (String kind : KINDS) {
        List<Duration> alone = new ArrayList<>();
        List<Duration> attacked = new ArrayList<>();
        List<Duration> aloneThere = new ArrayList<>();
        List<Duration> attackedThere = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
          String name = kind + turn;
          Instant begun = Instant.now();
          alone.addAll(beside(trial, name + "-alone", plain()));
          aloneThere.addAll(beside(trial, name + "-alone-net", reaches()));
          Duration measured = Duration.between(begun, Instant.now());
          String attack = trial.enqueue(attack(name, kind, longEnoughFor(measured), other.port()));
          trial.awaitStart(attack, 1, SOON);
          attacked.addAll(beside(trial, name + "-beside", plain()));
          attackedThere.addAll(beside(trial, name + "-beside-net", reaches()));
          require(
              trial.state(attack).equals("running"),
              kind + ": the jobs beside it took more than three times as long as alone");
          connections += endOf(trial, attack);
        }
        compare(trial, kind + ", a plain job", alone, attacked, slower);
        compare(trial, kind + ", a job that reaches the host", aloneThere, attackedThere, slower);
      }
      trial.figure(connections + " connections of attacks, " + host.connections() + " at the host");
      require(other.connections() == 0, "a host was reached that is not in the list");
      require(host.asked("smuggled") == 0, "a request went through within another");
      require(connections >= MANY, "too few connections: " + connections);
      trial.finish();
      require(slower.isEmpty(), "slower than " + MOST_SLOWER + " times: " + slower);
    }
  }

  private static String plain() {
    return "";
  }

  private static String reaches() {
    return "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:%d/').read()"
        .formatted(PORT);
  }

  private static List<Duration> beside(Trial trial, String name, String code) {
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      Program program = Program.of(name + "-" + i, code);
      if (code.isEmpty()) {
        program = program.with("network", Map.of("allow", List.of()));
      }
      Answer answer = trial.driver().submit(program, Mode.WAIT, 0).join();
      require(answer instanceof Answer.Told told && told.status() == 200, "it answered " + answer);
      times.add(answer.took());
    }
    return times;
  }

  private static long longEnoughFor(Duration measured) {
    return Math.max(SHORTEST_ATTACK_SECONDS, measured.multipliedBy(3).toSeconds() + 1);
  }

  private static Program attack(String name, String kind, long seconds, int other)
      throws IOException {
    String told =
        "kind, seconds, host, other = '%s', %d, %d, %d\n".formatted(kind, seconds, PORT, other);
    return Program.of("attack-" + name, told + resource("/network_attack.py"));
  }

  /** How many connections it has made. */
  private static int endOf(Trial trial, String attack) {
    trial.awaitState(attack, "succeeded", Duration.ofSeconds(60));
    String said =
        ((Answer.Told) trial.client(0).status(attack))
            .body()
            .at("/reply/response/stdout")
            .asString();
    require(!said.contains("ESCAPED"), said);
    Matcher counted = CONNECTIONS.matcher(said);
    require(counted.find(), "the attack did not come to its end: " + said);
    return Integer.parseInt(counted.group(1));
  }

  private static void compare(
      Trial trial, String what, List<Duration> alone, List<Duration> beside, List<String> slower) {
    double ratio = (double) median(beside) / median(alone);
    String figure =
        "%s: p50 %.1f ms alone, %.1f ms beside it, %.2f times"
            .formatted(what, median(alone) / 1e6, median(beside) / 1e6, ratio);
    trial.figure(figure);
    if (ratio > MOST_SLOWER) {
      slower.add(figure);
    }
  }

  private static long median(List<Duration> times) {
    return times.stream().sorted().toList().get(times.size() / 2).toNanos();
  }

  /** N2. */
  static void killedInMidTransfer(Trial trial) throws Exception {
    try (NetworkHost host = NetworkHost.start(PORT)) {
      Role worker = trial.cluster().worker(0);
      transfer(trial, "worker", host, worker::kill);
      transfer(trial, "helper", host, () -> killHelpers(worker));
      trial.finish();
      require(host.endless() == 0, "a connection is left");
    }
  }

  private static void transfer(Trial trial, String name, NetworkHost host, Runnable kill) {
    String job =
        trial.enqueue(
            Program.of(
                "transfer-" + name,
                """
                import socket, threading, time
                def go_on(way, until):
                    s = socket.create_connection(("127.0.0.1", 3128))
                    s.sendall(b"%%s http://127.0.0.1:%1$d/%%s HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n" %% way)
                    while time.monotonic() < until:
                        if way[1] == b"bytes": s.recv(20000)
                        else: s.sendall(b"1000\\r\\n" + bytes(4096) + b"\\r\\n")
                        time.sleep(0.001)
                until = time.monotonic() + 3
                threads = [threading.Thread(target=go_on, args=(way, until)) for way in ((b"GET", b"bytes"), (b"POST", b"read"))]
                for t in threads: t.start()
                for t in threads: t.join()
                """
                    .formatted(PORT)));
    trial.awaitStart(job, 1, SOON);
    Await.until("bytes go both ways", SOON, () -> host.endless() == 2);
    trial.fault("kill -9 of the " + name + " in mid transfer", kill);
    Duration closed = Await.until("the connections are closed", SOON, () -> host.endless() == 0);
    trial.figure("after kill -9 of the " + name + " its job's connections ended in", closed);
    require(closed.compareTo(CLOSED) <= 0, "they outlived it by " + closed);
    trial.cluster().heal();
    trial.awaitState(job, "succeeded", SOON.multipliedBy(3));
  }

  /** A helper is its keeper's fork, and has its command. */
  private static void killHelpers(Role worker) {
    worker
        .process()
        .descendants()
        .filter(NetworkRows::serves)
        .filter(each -> each.parent().filter(NetworkRows::serves).isPresent())
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static boolean serves(ProcessHandle process) {
    return process.info().commandLine().orElse("").endsWith(" serve");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(NetworkRows.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
