package io.millrace.standalone;

import java.util.List;
import java.util.stream.Stream;

/**
 * Ties a child process to this one, so that it ends when this one does, whatever ended it.
 *
 * <p>The child is started by a shell that becomes it ({@code exec}), so that the process this JVM
 * holds is the child itself. Before that the shell leaves a watcher behind, which reads the pipe
 * that is the child's standard input. Nobody ever writes to it; its other end is open in this JVM
 * alone, so the kernel closes it when the JVM ends, even by {@code kill -9}. The watcher then sends
 * SIGTERM, and SIGKILL after the grace period. (The kernel's own way, PDEATHSIG, fires when the
 * <em>thread</em> that started the child ends, which in a JVM means nothing.)
 *
 * <p>The child leaves the terminal's process group: Ctrl-C reaches this process only, which then
 * stops its children in its own order.
 */
public final class Lifeline {
  private static final String SCRIPT =
      """
      grace=$1; shift
      exec 3<&0 </dev/null
      ( (
        trap '' INT HUP
        read -r nothing <&3
        kill -TERM $$
        while [ "$grace" -gt 0 ] && kill -0 $$; do sleep 1; grace=$((grace - 1)); done
        kill -KILL $$
      ) >/dev/null 2>&1 & )
      exec 3<&-
      if command -v setsid >/dev/null; then exec setsid "$@"; fi
      trap '' INT HUP
      exec "$@"
      """;

  private Lifeline() {}

  /**
   * The command that runs the given one tied to this process. Its standard input must be a pipe.
   */
  public static List<String> tied(int graceSeconds, List<String> command) {
    return Stream.concat(
            Stream.of("/bin/sh", "-c", SCRIPT, "lifeline", "" + graceSeconds), command.stream())
        .toList();
  }
}
