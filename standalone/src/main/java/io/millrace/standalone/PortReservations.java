package io.millrace.standalone;

import java.util.ArrayList;
import java.util.List;

/** The ports of one {@code ./millrace up}, reserved for as long as its process lives. */
final class PortReservations {
  private final List<LoopbackPort> taken = new ArrayList<>();

  /**
   * The given port, or a free one for 0.
   *
   * @throws UnusableSettingException when it cannot be used
   */
  int take(String setting, int port) {
    try {
      return take(port);
    } catch (UnusablePortException e) {
      throw UnusableSettingException.of(setting, e);
    }
  }

  /** The given port where it can be used, else a free one. */
  int takeOrAnother(int port) {
    try {
      return take(port);
    } catch (UnusablePortException e) {
      return take(0);
    }
  }

  private int take(int port) {
    LoopbackPort reserved = LoopbackPort.reserved(port);
    taken.add(reserved);
    return reserved.number();
  }
}
