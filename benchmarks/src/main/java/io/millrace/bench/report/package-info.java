/** The page about what was measured: tables, plots, and the machine. */
@NullMarked
package io.millrace.bench.report;

import org.jspecify.annotations.NullMarked;
