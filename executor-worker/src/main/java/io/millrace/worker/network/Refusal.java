package io.millrace.worker.network;

import io.millrace.outbound.Destination;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * An answer of the proxy's own. The sentence is in the body, and the start of it in the status
 * line: of a refused CONNECT most clients show nothing else.
 *
 * @param reason the status line's, plain ASCII
 */
record Refusal(int status, String reason, String sentence, NetworkMeters.Answer counted) {

  static Refusal notAllowed(Destination to) {
    return new Refusal(
        403,
        to + " is not allowed (MILLRACE_NETWORK_ALLOW)",
        "The job may not reach "
            + to
            + ". The operator allows hosts by MILLRACE_NETWORK_ALLOW or by network= in the key's"
            + " line; a request may narrow them by network.allow.",
        NetworkMeters.Answer.REFUSED);
  }

  static Refusal blocked(Destination to, String why) {
    return new Refusal(
        403,
        to + " is not public (MILLRACE_NETWORK_ALLOWED_NETWORKS)",
        "The job may not reach "
            + to
            + ": "
            + why
            + ". The operator opens other networks by MILLRACE_NETWORK_ALLOWED_NETWORKS.",
        NetworkMeters.Answer.REFUSED);
  }

  static Refusal usedUp() {
    return new Refusal(
        403,
        "The job has used up its bytes (MILLRACE_NETWORK_BYTES)",
        "The job has sent and received as many bytes as it may; MILLRACE_NETWORK_BYTES says how"
            + " many.",
        NetworkMeters.Answer.REFUSED);
  }

  static Refusal malformed(String why) {
    return new Refusal(
        400,
        "Bad Request",
        "The proxy takes CONNECT host:port, and requests with an absolute http:// URL: "
            + why
            + ".",
        NetworkMeters.Answer.FAILED);
  }

  static Refusal unknown(Destination to) {
    return new Refusal(
        502,
        to.host() + " has no address",
        "The name " + to.host() + " could not be resolved.",
        NetworkMeters.Answer.FAILED);
  }

  static Refusal notThere(Destination to) {
    return new Refusal(
        502,
        to + " does not answer",
        "No connection to " + to + " came about.",
        NetworkMeters.Answer.FAILED);
  }

  static Refusal ofProxy(Destination to, int status) {
    return new Refusal(
        502,
        "The operator's proxy answered " + status,
        "The operator's proxy (MILLRACE_NETWORK_PROXY) answered "
            + status
            + " when it was asked for "
            + to
            + ".",
        NetworkMeters.Answer.FAILED);
  }

  /** The whole answer; nothing comes after it. */
  ByteBuf bytes() {
    byte[] body = (sentence + "\n").getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
            + "Connection: close\r\nX-Content-Type-Options: nosniff\r\n\r\n";
    return Unpooled.wrappedBuffer(
        head.formatted(status, reason, body.length).getBytes(StandardCharsets.US_ASCII), body);
  }
}
