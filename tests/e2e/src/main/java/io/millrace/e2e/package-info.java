/**
 * Proof that nothing accepted is lost. {@link io.millrace.e2e.Chaos} is the command; the fault
 * suite of the tests runs the same rows.
 *
 * <p>A row ({@code rows}) starts from a cluster of real processes ({@code roles}), puts a bounded
 * load on it ({@code drive}), breaks something ({@code fault}), waits until every job has ended,
 * and lets the checker ({@code history}) count what became of each job: lost, unexpected, ended
 * twice, started twice, overdue, left over. {@code soak} does that for as long as it is told, with
 * a fault a minute.
 */
@NullMarked
package io.millrace.e2e;

import org.jspecify.annotations.NullMarked;
