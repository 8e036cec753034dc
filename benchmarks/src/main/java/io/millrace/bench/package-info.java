/**
 * Measures. {@link io.millrace.bench.Benchmarks} reads the options, finds or starts an {@link
 * io.millrace.bench.Installation}, lets each part measure it beside {@link
 * io.millrace.bench.BarePython} in the same minutes, and has the report written.
 *
 * <p>Nothing here knows the service's code: it sees an {@link io.millrace.bench.Endpoint}, so that
 * another service can stand beside it. A reply that isn't what the code must give counts as an
 * error, and an error is part of the figures.
 */
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
