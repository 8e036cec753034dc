/**
 * The compose file as it is, broken from outside by the engine: containers that are killed, frozen,
 * or cut off their network while jobs run. What became of every job is counted by the checker of
 * the fault suite. Only with {@code -Pfaults}, and where an engine answers.
 */
@NullMarked
package io.millrace.containers.faults;

import org.jspecify.annotations.NullMarked;
