package io.millrace.standalone;

/** A port of loopback that nothing can be served on; the message says why, and what to do. */
public final class UnusablePortException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int port;
  private final String why;

  private UnusablePortException(int port, String why) {
    super("Port " + port + " on " + EmbeddedBroker.HOST + " " + why);
    this.port = port;
    this.why = "Port " + port + " on " + EmbeddedBroker.HOST + " " + why;
  }

  /** Something else listens there, or another {@code ./millrace up} has it. */
  static UnusablePortException taken(int port) {
    return new UnusablePortException(
        port, "is taken; stop what listens there, or set another port");
  }

  /** The kernel keeps it for root. */
  static UnusablePortException forbidden(int port, int lowest) {
    return new UnusablePortException(
        port,
        "is for root alone, and this user is "
            + System.getProperty("user.name")
            + "; set a port from "
            + lowest
            + " on, or let root allow it: sysctl -w net.ipv4.ip_unprivileged_port_start="
            + port);
  }

  public int port() {
    return port;
  }

  String why() {
    return why;
  }
}
