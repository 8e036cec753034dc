/** That the measuring itself is right. */
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
