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
 * SIGTERM, and SIGKILL after the grace period. It has a session of its own: what kills this JVM's
 * whole process group must not kill the watcher too, so the child begins only when the watcher is
 * there and has let go of its output. (The kernel's own way, PDEATHSIG, fires when the
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
      watch='
        trap "" INT HUP
        exec >/dev/null
        read -r nothing <&3
        kill -TERM $1
        while [ "$2" -gt 0 ] && kill -0 $1; do sleep 1; set -- $1 $(($2 - 1)); done
        kill -KILL $1'
      own_session=
      if command -v setsid >/dev/null; then own_session=setsid; fi
      ready=$( $own_session /bin/sh -c "$watch" lifeline $$ "$grace" 2>/dev/null & )
      exec 3<&-
      if [ -z "$own_session" ]; then trap '' INT HUP; fi
      exec $own_session "$@"
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
