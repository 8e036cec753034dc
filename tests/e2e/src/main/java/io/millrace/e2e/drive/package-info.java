/**
 * The callers. {@link io.millrace.e2e.drive.Driver} sends a bounded {@link
 * io.millrace.e2e.drive.Load} of {@link io.millrace.e2e.drive.Program}s through {@link
 * io.millrace.e2e.drive.Client}s, and writes into the history what each caller was told; {@link
 * io.millrace.e2e.drive.HookReceiver} is where webhooks arrive; {@link
 * io.millrace.e2e.drive.StartLog} reads in the workers' logs which runs began; {@link
 * io.millrace.e2e.drive.Drain} waits until every job has ended and reads all results once more.
 */
@NullMarked
package io.millrace.e2e.drive;

import org.jspecify.annotations.NullMarked;
