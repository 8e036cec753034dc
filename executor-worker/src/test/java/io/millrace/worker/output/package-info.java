/** That what is watched is what was written. */
@NullMarked
package io.millrace.worker.output;

import org.jspecify.annotations.NullMarked;
