/** What is measured, a class a question. */
@NullMarked
package io.millrace.bench.part;

import org.jspecify.annotations.NullMarked;
