/**
 * The fault matrix: a {@link io.millrace.e2e.rows.Row} is one fault, the promise that holds all the
 * same, and the code that breaks and looks. {@link io.millrace.e2e.rows.Rows} lists them all; those
 * marked for CI make the fault suite. Each runs on a {@link io.millrace.e2e.rows.Trial}: a cluster,
 * which rows of the same plan share one after the other, and a history of its own that the checker
 * reads at the end.
 */
@NullMarked
package io.millrace.e2e.rows;

import org.jspecify.annotations.NullMarked;
