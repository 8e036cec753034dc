package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobCodecTest {

  private static final UUID ID = UUID.fromString("5f0c3c1e-52c5-4f3e-9d5c-0d6d4f4e7a10");
  private static final String KNOWN =
      "{\"v\":1,\"job_id\":\""
          + ID
          + "\",\"owner\":\"o\",\"code\":\"print(1)\",\"timeout\":5,\"accepted_at\":12";

  @Test
  void aJobComesBackAsItWas() throws Exception {
    Job whole =
        new Job(
            ID,
            "owner",
            new ExecutionRequest(
                "print('\u00e9\ud83d\ude00')\n\t\"\\\u0001\u2028",
                300,
                "https://a.example/?a=b",
                ""),
            1_700_000_000_123_456L,
            "gateway",
            "00-1-2-01");
    assertThat(JobCodec.decodeJob(JobCodec.encode(whole))).isEqualTo(whole);
    Job bare = new Job(ID, "owner", new ExecutionRequest("", 1, null, null), 1, null, null);
    assertThat(JobCodec.decodeJob(JobCodec.encode(bare))).isEqualTo(bare);
  }

  @Test
  void inputsComeBackAsTheyWereInARecordThatNoOlderWorkerRuns() throws Exception {
    WideInputs inputs =
        new WideInputs(
            "{\"a\":[1,null]}",
            "in\u0000put",
            List.of("-v", ""),
            Map.of("CITY", "Ulm"),
            List.of(
                new WideInputs.GivenFile("a/b.txt", "eA=="),
                new WideInputs.GivenFile("c", null, "file-1", 1L << 40)),
            List.of("*.csv"),
            128,
            60,
            List.of("api.example"));
    Job wide = new Job(ID, "o", new ExecutionRequest("x", 1, null, null, inputs), 1, null, null);
    assertThat(JobCodec.decodeJob(JobCodec.encode(wide))).isEqualTo(wide);
    assertThat(new String(JobCodec.encode(wide), StandardCharsets.UTF_8)).startsWith("{\"v\":2,");
  }

  @Test
  void aPlainJobsRecordIsByteForByteAsEveryWorkerKnowsIt() {
    Job plain = new Job(ID, "o", new ExecutionRequest("x", 1, null, "i"), 12, "g", null);
    assertThat(new String(JobCodec.encode(plain), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"v\":1,\"job_id\":\""
                + ID
                + "\",\"owner\":\"o\",\"id\":\"i\",\"code\":\"x\",\"timeout\":1,\"webhook_url\":null,"
                + "\"accepted_at\":12,\"reply_to\":\"g\",\"traceparent\":null,"
                + "\"idempotency_key\":null,\"body_digest\":null}");
  }

  @Test
  void theHostsThatAJobMayReachTravelOnlyWhereThereAreSome() throws Exception {
    ExecutionRequest request = new ExecutionRequest("x", 1, null, null);
    List<String> hosts = List.of("api.github.com", "*.example.com:8443");
    Job job = new Job(ID, "o", request, 1, null, null, null, null, hosts, null);
    assertThat(JobCodec.decodeJob(JobCodec.encode(job))).isEqualTo(job);
    assertThat(job.accepted(2).withoutCode().under("00-1-2-01").network()).isEqualTo(hosts);
    Job without = new Job(ID, "o", request, 1, null, null);
    assertThat(new String(JobCodec.encode(without), StandardCharsets.UTF_8))
        .doesNotContain("network");
    assertThat(JobCodec.decodeJob(JobCodec.encode(without)).network()).isEmpty();
  }

  @Test
  void theLargestBodyOfInputFitsIntoARecord() {
    String input = "\\u00e9".repeat((1 << 20) / 2);
    WideInputs inputs =
        new WideInputs(input, null, List.of(), Map.of(), List.of(), List.of(), null, null, null);
    Job job = new Job(ID, "o", new ExecutionRequest("", 1, null, null, inputs), 1, null, null);
    assertThat(JobCodec.encode(job).length).isLessThan(Topics.MAX_RECORD_BYTES);
  }

  @Test
  void anEncodedMebibyteOfQuotesFitsIntoARecord() {
    ExecutionRequest request = new ExecutionRequest("\"".repeat(1 << 20), 1, null, null);
    assertThat(JobCodec.encode(new Job(ID, "o", request, 1, null, null)).length)
        .isLessThan(Topics.MAX_RECORD_BYTES);
  }

  @Test
  void aCompletionHasItsFirstVersionOnly() {
    UnreadableRecordException unreadable =
        catchThrowableOfType(
            UnreadableRecordException.class, () -> JobCodec.decodeCompletion(bytes("{\"v\":2}")));
    assertThat(unreadable.isNewer()).isTrue();
  }

  @Test
  void aRecordOfALaterReleaseWithMoreFieldsIsRead() throws Exception {
    Job job = JobCodec.decodeJob(bytes(KNOWN + ",\"priority\":{\"x\":[1]},\"id\":null}"));
    assertThat(job.jobId()).isEqualTo(ID);
    assertThat(job.request().timeout()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"v\":3}", "{\"v\":4,\"job_id\":17}", "{\"job\":[],\"v\":3}"})
  void aNewerVersionIsToldFromGarbage(String record) {
    UnreadableRecordException unreadable =
        catchThrowableOfType(
            UnreadableRecordException.class, () -> JobCodec.decodeJob(bytes(record)));
    assertThat(unreadable.isNewer()).isTrue();
  }

  static Stream<byte[]> garbage() {
    byte[] ff = new byte[10];
    Arrays.fill(ff, (byte) 0xff);
    return Stream.concat(
        Stream.of(ff),
        Stream.of(
                "",
                "{",
                "[".repeat(900_000),
                "null",
                "7",
                "[]",
                "\"v\"",
                "{}",
                "{\"v\":null}",
                "{\"v\":0}",
                "{\"v\":-1}",
                "{\"v\":\"x\"}",
                "{\"v\":99999999999999999999}",
                "{\"v\":1}",
                KNOWN.replace(ID.toString(), "no-uuid") + "}",
                KNOWN.replace("\"owner\":\"o\"", "\"owner\":null") + "}",
                KNOWN.replace("\"code\"", "\"kode\"") + "}",
                KNOWN.replace("\"timeout\":5", "\"timeout\":0") + "}",
                KNOWN.replace("\"timeout\":5", "\"timeout\":\"soon\"") + "}",
                KNOWN + "} trailing")
            .map(JobCodecTest::bytes));
  }

  @ParameterizedTest
  @MethodSource("garbage")
  void garbageIsGarbageAndNothingWorse(byte[] bytes) {
    UnreadableRecordException unreadable =
        catchThrowableOfType(UnreadableRecordException.class, () -> JobCodec.decodeJob(bytes));
    assertThat(unreadable.isNewer()).isFalse();
    assertThat(unreadable.getMessage()).isNotBlank().hasSizeLessThan(1000);
    assertThatThrownBy(() -> JobCodec.decodeCompletion(bytes))
        .isInstanceOf(UnreadableRecordException.class);
  }

  @Test
  void theLargestCompletionComesBackAsItWas() throws Exception {
    String body = "{\"stdout\":\"" + "\\u0001".repeat(2 << 20) + "\"}";
    Completion completion = new Completion(ID, "owner", "https://a.example/", body, null);
    byte[] bytes = JobCodec.encode(completion);
    assertThat(bytes.length).isLessThan(Topics.MAX_COMPLETION_BYTES);
    assertThat(JobCodec.decodeCompletion(bytes)).isEqualTo(completion);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
