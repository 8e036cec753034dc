/** A queue on a real broker and a real Redis, as the tests of this module use it. */
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;
