/**
 * What happened, and whether it was right. The driver, the receivers and the workers' logs add
 * {@link io.millrace.e2e.history.Event}s to a {@link io.millrace.e2e.history.History}, a line of
 * JSON each; {@link io.millrace.e2e.history.Checker} reads it, knows nothing else, and answers
 * {@link io.millrace.e2e.history.Findings}. The counting rules are those of a queue where an
 * unanswered request may or may not have been accepted.
 */
@NullMarked
package io.millrace.e2e.history;

import org.jspecify.annotations.NullMarked;
