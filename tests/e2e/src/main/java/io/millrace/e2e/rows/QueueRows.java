package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Trial.require;

import io.millrace.e2e.Await;
import io.millrace.e2e.drive.Answer;
import io.millrace.e2e.drive.Load;
import io.millrace.e2e.drive.Load.Mode;
import io.millrace.e2e.drive.Program;
import io.millrace.e2e.fault.Log;
import io.millrace.e2e.history.Findings;
import io.millrace.e2e.roles.Role;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Strange records, and records at strange times. */
final class QueueRows {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String DEAD_LETTERS = "millrace.dead-letters";
  private static final String PARKED = "millrace.parked";

  private QueueRows() {}

  /** W8. */
  static void garbage(Trial trial) throws Exception {
    byte[] noise = new byte[10];
    Arrays.fill(noise, (byte) 0xFF);
    List<byte[]> strays =
        List.of(
            noise,
            "{".getBytes(StandardCharsets.UTF_8),
            "[".repeat(900_000).getBytes(StandardCharsets.UTF_8));
    Log log = log(trial);
    strays.forEach(stray -> log.write(Log.JOBS, stray));
    trial.awaitState(trial.enqueue("behind", Duration.ZERO), "succeeded", SOON);
    for (byte[] stray : strays) {
      ConsumerRecord<byte[], byte[]> letter = awaitCopy(log, DEAD_LETTERS, stray);
      require(letter.headers().lastHeader("millrace-cause") != null, "no cause");
    }
    trial.finish();
    require(log.read(DEAD_LETTERS).size() == strays.size(), "a stray was put aside twice");
  }

  /** W9. */
  static void aNewerVersion(Trial trial) throws Exception {
    byte[] newer =
        """
        {"v":9,"job_id":"%s","owner":"e2e","code":"print(1)","timeout":5,"accepted_at":1,"mood":"new"}
        """
            .formatted(UUID.randomUUID())
            .getBytes(StandardCharsets.UTF_8);
    Log log = log(trial);
    int dead = log.read(DEAD_LETTERS).size();
    log.write(Log.JOBS, newer);
    awaitCopy(log, PARKED, newer);
    trial.awaitState(trial.enqueue("behind", Duration.ZERO), "succeeded", SOON);
    trial.finish();
    require(log.read(DEAD_LETTERS).size() == dead, "it became a dead letter");
  }

  /** W16. */
  static void aRecordTwice(Trial trial) throws Exception {
    Log log = log(trial);
    String job = trial.enqueue("twice", Duration.ofSeconds(2));
    byte[] record =
        log.read(Log.JOBS).stream()
            .map(ConsumerRecord::value)
            .filter(value -> new String(value, StandardCharsets.UTF_8).contains(job))
            .findFirst()
            .orElseThrow();
    log.write(Log.JOBS, record);
    trial.awaitStart(job, 1, SOON);
    log.write(Log.JOBS, record);
    trial.awaitState(job, "succeeded", SOON);
    log.write(Log.JOBS, record);
    Findings findings = trial.finish();
    require(findings.starts() == 1, "it ran more than once: " + findings);
  }

  /** K9: no worker has ever been there. */
  static void aBacklogBeforeTheFirstWorker(Trial trial) throws Exception {
    trial.driver().run(Load.of("early", 100, 4, Duration.ZERO, Mode.ASYNC)).join();
    Role worker = trial.cluster().addWorker();
    worker.awaitReady();
    Findings findings = trial.finish();
    require(findings.ended() == 100 && findings.starts() == 100, "not all ran: " + findings);
  }

  /** K10. */
  static void theLargestBody(Trial trial) throws Exception {
    int limit = 1 << 20;
    String overhead = "{\"code\":\"\",\"timeout\":60,\"id\":\"k10\"}";
    String quotes = "'\"'".repeat(4) + " #";
    int room = (limit - overhead.length() - 2 * quotes.length()) / 2;
    Program fits = new Program("k10", quotes + "\"".repeat(room - 100), 60);
    Answer answer = trial.driver().submit(fits, Mode.WAIT, 0).join();
    require(
        answer instanceof Answer.Told told && told.status() == 200,
        "the largest body did not run: " + answer);
    Program tooLarge = new Program("k10-large", "#" + "\"".repeat(limit), 60);
    Answer refused = trial.driver().submit(tooLarge, Mode.WAIT, 0).join();
    require(
        refused instanceof Answer.Nothing
            || (refused instanceof Answer.Told told && told.status() == 413),
        "too large a body was not refused: " + refused);
    trial.finish();
  }

  private static Log log(Trial trial) {
    return new Log(trial.cluster().broker().bootstrapServers());
  }

  private static ConsumerRecord<byte[], byte[]> awaitCopy(Log log, String topic, byte[] original) {
    return Await.value(
        "the stray record is in " + topic,
        SOON,
        () ->
            log.read(topic).stream()
                .filter(record -> Arrays.equals(record.value(), original))
                .findFirst());
  }
}
