package io.millrace.outbound;

import java.net.InetAddress;
import java.util.List;
import reactor.core.publisher.Mono;

/** Asks for the addresses of a name. Non-blocking and thread-safe. */
@FunctionalInterface
public interface NameLookup {

  /**
   * All addresses of the name, in the order to try them.
   *
   * @param name absolute, in lower case, without a dot at its end
   * @return an error when the name is unknown or nobody answers
   */
  Mono<List<InetAddress>> addressesOf(String name);
}
