package io.millrace.gateway.events;

import java.nio.charset.StandardCharsets;

/**
 * One event on the wire.
 *
 * @param id where a watcher goes on that has heard it; empty where it changes nothing
 * @param data JSON without line breaks
 */
record JobEvent(String name, String id, String data) {

  /** Keeps a silent connection alive; no watcher sees it. */
  static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  byte[] bytes() {
    String line = id.isEmpty() ? "" : "id: " + id + "\n";
    return (line + "event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
  }
}
