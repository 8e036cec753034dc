package io.millrace.sandbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** What the helper says of one run, read with distrust. */
final class SandboxRun {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /** The result's JSON passed through the hands of hostile code: it is read, not trusted. */
  private static final JsonFactory RESULT_JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(10_000)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private record Header(
      @Nullable String jobId,
      String verdict,
      @Nullable Integer exitCode,
      @Nullable Integer signal,
      int stdoutLen,
      int stderrLen,
      int resultLen,
      boolean stdoutTruncated,
      boolean stderrTruncated,
      boolean resultTruncated,
      @Nullable String error,
      @Nullable Wide wide) {}

  private record Wide(
      int displayLen,
      boolean displayTruncated,
      int errorDetailLen,
      boolean filesLost,
      List<WideOutcome.Omitted> omitted,
      WideOutcome.Usage usage) {}

  /** A result's header, and where its body begins. */
  private record Opened(Header header, byte[] payload, int bodyAt) {
    int endOfResult() {
      return bodyAt + header.stdoutLen() + header.stderrLen() + header.resultLen();
    }
  }

  private SandboxRun() {}

  /**
   * Reads the result frame of this job; throws when the fault is the sandbox's own, and when the
   * result is another job's.
   */
  static RunResult result(byte[] payload, Program job) throws SandboxFailedException {
    try {
      return result(opened(payload, job));
    } catch (RuntimeException e) { // lengths that are none, a header that is no JSON
      throw new SandboxFailedException("the helper sent a result that is none: " + e, e);
    }
  }

  /** The same of a wide job. */
  static WideOutcome wideOutcome(byte[] payload, Program job) throws SandboxFailedException {
    try {
      Opened opened = opened(payload, job);
      RunResult result = result(opened);
      Wide wide = Objects.requireNonNull(opened.header().wide());
      int detailAt = opened.endOfResult() + wide.displayLen();
      String display = json(text(payload, opened.endOfResult(), wide.displayLen()));
      String detail = json(text(payload, detailAt, wide.errorDetailLen()));
      return new WideOutcome(
          result,
          display.startsWith("[") ? display : "[]",
          wide.displayTruncated(),
          detail.startsWith("{") ? detail : null,
          wide.filesLost(),
          List.copyOf(wide.omitted()),
          Objects.requireNonNull(wide.usage()));
    } catch (RuntimeException e) {
      throw new SandboxFailedException("the helper sent a result that is none: " + e, e);
    }
  }

  private static Opened opened(byte[] payload, Program job) throws SandboxFailedException {
    int headerLength = ByteBuffer.wrap(payload).getInt();
    int bodyAt = Integer.BYTES + headerLength;
    Objects.checkFromIndexSize(Integer.BYTES, headerLength, payload.length);
    Header header = JSON.readValue(payload, Integer.BYTES, headerLength, Header.class);
    if (!job.jobId().toString().equals(header.jobId())) {
      throw new SandboxFailedException("the helper answered for job " + header.jobId());
    }
    return new Opened(header, payload, bodyAt);
  }

  private static RunResult result(Opened opened) throws SandboxFailedException {
    Header header = opened.header();
    byte[] payload = opened.payload();
    int stderrAt = opened.bodyAt() + header.stdoutLen();
    int resultAt = stderrAt + header.stderrLen();
    String error = header.error() == null ? header.verdict() : header.error();
    RunResult result =
        new RunResult(
            Objects.requireNonNull(header.verdict()),
            text(payload, opened.bodyAt(), header.stdoutLen()),
            text(payload, stderrAt, header.stderrLen()),
            header.stdoutTruncated() || header.stderrTruncated() || header.resultTruncated(),
            json(text(payload, resultAt, header.resultLen())),
            error,
            exitCode(header));
    if (result.verdict().equals("sandbox_failed")) {
      throw new SandboxFailedException(error);
    }
    return result;
  }

  private static @Nullable Integer exitCode(Header header) {
    return header.signal() == null ? header.exitCode() : Integer.valueOf(-header.signal());
  }

  private static String text(byte[] payload, int at, int length) {
    return new String(payload, at, length, StandardCharsets.UTF_8);
  }

  private static String json(String result) {
    try (JsonParser parser = RESULT_JSON.createParser(result)) {
      if (parser.nextToken() == null) {
        return "null";
      }
      parser.skipChildren();
      return parser.nextToken() == null ? result : "null";
    } catch (JacksonException e) {
      return "null";
    }
  }
}
