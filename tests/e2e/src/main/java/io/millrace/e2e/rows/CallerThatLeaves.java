package io.millrace.e2e.rows;

import io.millrace.e2e.drive.Program;
import io.millrace.e2e.history.Event;
import io.millrace.e2e.roles.Launch;
import io.millrace.e2e.roles.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A caller on a socket of its own, which it closes without having read an answer. */
final class CallerThatLeaves implements AutoCloseable {

  private final Trial trial;
  private final String k;
  private final Socket socket;

  private CallerThatLeaves(Trial trial, String k, Socket socket) {
    this.trial = trial;
    this.k = k;
    this.socket = socket;
  }

  static CallerThatLeaves sends(Trial trial, Role gateway, Program program) throws IOException {
    byte[] body =
        new JsonMapper()
            .writeValueAsBytes(
                Map.of(
                    "code", program.code(),
                    "timeout", program.timeoutSeconds(),
                    "id", program.k()));
    String head =
        """
        POST /v1/code/execute/python HTTP/1.1\r
        Host: 127.0.0.1\r
        x-api-key: %s\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        """
            .formatted(Launch.API_KEY, body.length);
    trial
        .history()
        .add(
            new Event.Invoked(
                System.currentTimeMillis(), program.k(), program.timeoutSeconds(), false));
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.spec().port());
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().write(body);
    return new CallerThatLeaves(trial, program.k(), socket);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a caller cannot leave", e);
    }
    trial.history().add(new Event.Unclear(System.currentTimeMillis(), k, "the caller left"));
  }
}
