/** How gateway and worker put the shared parts together. */
@NullMarked
package io.millrace;

import org.jspecify.annotations.NullMarked;
