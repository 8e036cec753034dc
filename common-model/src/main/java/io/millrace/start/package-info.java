/**
 * What a role's process is while it starts and when it ends, before and after its own work.
 *
 * <p>Whoever starts a role in vain reads its last line. {@link
 * io.millrace.start.StartFailureReporter} makes that line of whatever stopped the start: the
 * setting, its value, the cause, what to do. A part that knows all four itself throws an exception
 * with that sentence as its message.
 */
@NullMarked
package io.millrace.start;

import org.jspecify.annotations.NullMarked;
