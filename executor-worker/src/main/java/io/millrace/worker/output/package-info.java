/**
 * What a job writes while it runs, on its way to those who watch. {@link
 * io.millrace.worker.output.LiveOutput} gathers it, and appends it to a stream in Redis, from which
 * any gateway reads, for as long as a gateway says that somebody watches the job. The stream is a
 * convenience: bounded, gone soon after the job, and never needed for the reply, which has all of
 * it. A job that is over at once never touches it.
 */
@NullMarked
package io.millrace.worker.output;

import org.jspecify.annotations.NullMarked;
