/** That the page and its plots are whole. */
@NullMarked
package io.millrace.bench.report;

import org.jspecify.annotations.NullMarked;
