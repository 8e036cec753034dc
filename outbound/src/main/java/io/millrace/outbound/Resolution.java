package io.millrace.outbound;

import java.net.InetAddress;
import java.util.List;

/** What became of a name at one attempt. */
public sealed interface Resolution {

  /** Every answer was checked: a socket may be opened to any of these, and to nothing else. */
  record Checked(List<InetAddress> addresses) implements Resolution {}

  /** At least one answer was an address that no socket may be opened to. */
  record Blocked(String reason) implements Resolution {}

  /** The name has no address now. */
  record Unknown() implements Resolution {}
}
