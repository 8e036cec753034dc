package io.millrace.standalone;

/** Something else listens on the port that was asked for. */
public final class PortTakenException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int port;

  PortTakenException(int port) {
    super("Port " + port + " on " + EmbeddedBroker.HOST + " is taken");
    this.port = port;
  }

  public int port() {
    return port;
  }
}
